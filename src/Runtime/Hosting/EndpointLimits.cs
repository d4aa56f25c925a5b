using MassTransit;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Hosting;

/// <summary>A queue's limits in the words of the bus.</summary>
public static class EndpointLimits
{
    /// <summary>For a definition's <c>Endpoint(…)</c>. How many of them are handled at once is for the queue's gate to say.</summary>
    public static void Apply(this QueueLimits limits, IEndpointRegistrationConfigurator endpoint)
    {
        endpoint.PrefetchCount = limits.TakenAhead;
        endpoint.ConcurrentMessageLimit = limits.TakenAhead;
        // Commands are sent to the queue by name; nothing is published to a type.
        endpoint.ConfigureConsumeTopology = false;
    }

    /// <summary>For a definition's <c>ConfigureConsumer</c>, where messages are handled in batches.</summary>
    public static void Apply(this QueueLimits limits, BatchOptions options) => options
        .SetMessageLimit(limits.Batch ?? 1)
        .SetTimeLimit(limits.BatchWait)
        .SetConcurrencyLimit(Math.Max(1, limits.TakenAhead / (limits.Batch ?? 1)));
}
