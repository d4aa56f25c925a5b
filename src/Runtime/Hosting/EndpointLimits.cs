using MassTransit;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Hosting;

/// <summary>Applies a queue's limits to the bus.</summary>
public static class EndpointLimits
{
    /// <summary>For a definition's <c>Endpoint(…)</c>. The queue's bulkhead limits how many messages are handled at once.</summary>
    public static void Apply(this QueueLimits limits, IEndpointRegistrationConfigurator endpoint)
    {
        endpoint.PrefetchCount = limits.TakenAhead;
        endpoint.ConcurrentMessageLimit = limits.TakenAhead;
        // Commands are sent to a queue by name. No message is published by type.
        endpoint.ConfigureConsumeTopology = false;
    }

    /// <summary>For a definition's <c>ConfigureConsumer</c> if messages are handled in batches.</summary>
    public static void Apply(this QueueLimits limits, BatchOptions options) => options
        .SetMessageLimit(limits.Batch ?? 1)
        .SetTimeLimit(limits.BatchWait)
        .SetConcurrencyLimit(Math.Max(1, limits.TakenAhead / (limits.Batch ?? 1)));
}
