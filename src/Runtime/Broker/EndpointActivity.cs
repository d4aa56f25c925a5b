using System.Collections.Concurrent;
using MassTransit;

namespace Navigator.Runtime.Broker;

/// <param name="Delivered">Messages that this process has received from the queue since its start.</param>
/// <param name="InFlight">Messages that it handles now.</param>
internal readonly record struct Activity(long Delivered, long InFlight)
{
    /// <summary>True if no message is being handled and none arrived since.</summary>
    public bool IsIdleSince(Activity before) => InFlight == 0 && Delivered == before.Delivered;
}

/// <summary>Counts the messages that each queue delivers to this process. Only this count reveals a consumer that receives nothing.</summary>
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
