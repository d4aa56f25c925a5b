using System.Collections.Concurrent;
using MassTransit;

namespace Navigator.Runtime.Broker;

/// <param name="Delivered">Messages that this process ever got from the queue.</param>
/// <param name="InFlight">Those it has now.</param>
internal readonly record struct Activity(long Delivered, long InFlight)
{
    /// <summary>Nothing of the queue is in hand, and nothing came since.</summary>
    public bool IsIdleSince(Activity before) => InFlight == 0 && Delivered == before.Delivered;
}

/// <summary>Counts what each queue delivers to this process: the only witness to a consumer that is there in name only.</summary>
internal sealed class EndpointActivity : IReceiveObserver
{
    private sealed class Counts
    {
        public long Delivered;
        public long Ended;
    }

    private readonly ConcurrentDictionary<string, Counts> queues = new();

    public Activity Of(string queue)
    {
        var counts = Counted(queue);
        var ended = Interlocked.Read(ref counts.Ended);
        var delivered = Interlocked.Read(ref counts.Delivered);
        return new Activity(delivered, delivered - ended);
    }

    public Task PreReceive(ReceiveContext context)
    {
        Interlocked.Increment(ref Counted(context).Delivered);
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context) => End(context);

    public Task ReceiveFault(ReceiveContext context, Exception exception) => End(context);

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class =>
        Task.CompletedTask;

    private Task End(ReceiveContext context)
    {
        Interlocked.Increment(ref Counted(context).Ended);
        return Task.CompletedTask;
    }

    private Counts Counted(ReceiveContext context) => Counted(context.InputAddress.Segments[^1]);

    private Counts Counted(string queue) => queues.GetOrAdd(queue, _ => new Counts());
}
