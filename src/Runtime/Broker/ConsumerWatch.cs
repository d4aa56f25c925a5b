using MassTransit;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Broker;

/// <summary>
/// Notices when a consumer of this process is there in name only, and takes all of them up anew. The bus can lose a consumer
/// whose channel the broker closed, and not notice (MassTransit #4544 and #6001, both open); a broker can lose one when the leader of its
/// queue dies, and not tell the bus. Messages then lie ready while this process, with room for them, gets none; or another process's
/// consumer takes them all, and the queue has fewer consumers than others have. A bus that does not let go of its old consumers in time
/// cannot be started again: then the process ends with exit code 1, and its supervisor starts another.
/// </summary>
internal sealed partial class ConsumerWatch(
    IBusControl bus, QueueWatch queues, EndpointActivity activity, LivePolicy policy, IHostApplicationLifetime process, TimeProvider clock,
    ILogger<ConsumerWatch> log)
    : BackgroundService
{
    private readonly Dictionary<string, int> streaks = [];
    private readonly Dictionary<string, int> shortStreaks = [];
    private readonly Dictionary<string, (long Consumers, long Most)> inVain = [];
    private readonly Dictionary<string, Activity> before = [];
    private DateTimeOffset restUntil;
    private DateTimeOffset mendsUntil;
    private bool stopped;

    /// <summary>Queues that this process should consume from, and does not.</summary>
    public IReadOnlyList<string> Vanished { get; private set; } = [];

    /// <summary>Does the queue treat this process as if it did not consume from it?</summary>
    /// <param name="idle">This process: nothing of the queue is in hand, and nothing came since the last look.</param>
    internal static bool LooksVanished(QueueSample sample, bool idle) =>
        !sample.Exists || sample.Consumers == 0 || (sample.Ready > 0 && idle);

    /// <summary>Has the queue a consumer too few, and might it be this process's?</summary>
    /// <param name="most">Consumers of the queue that has most: every worker consumes from every queue.</param>
    internal static bool LooksShort(QueueSample sample, long most, bool idle) => sample.Consumers < most && idle;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var observing = bus.ConnectReceiveObserver(activity);
        await Repeat.Every(policy.Now.Watch.Interval, "The watch over consumers", Look, clock, log, stoppingToken);
    }

    private async Task Look(CancellationToken token)
    {
        if (queues.Latest is not { } samples)
        {
            streaks.Clear();
            shortStreaks.Clear();
            if (before.Count > 0)
                mendsUntil = clock.GetUtcNow() + policy.Now.Watch.Rest;
            return;
        }
        // A bus that lost its connection is about to mend it, and must not be stopped in the middle of it: it gets longer. A queue that is
        // a consumer short gets as long. The canary passes meanwhile, and the worker that handles it is no longer idle.
        var soon = policy.Now.Watch.VanishedAfter;
        var late = soon + (int)(policy.Now.Watch.Rest / policy.Now.Watch.Interval);
        var mends = bus.CheckHealth().Status != BusHealthStatus.Healthy || clock.GetUtcNow() < mendsUntil;
        var most = samples.Max(sample => sample.Consumers);
        foreach (var sample in samples)
        {
            var now = activity.Of(sample.Queue);
            var idle = now.IsIdleSince(before.GetValueOrDefault(sample.Queue));
            Count(streaks, sample.Queue, LooksVanished(sample, idle));
            if (sample.Consumers == most)
                inVain.Remove(sample.Queue);
            // What did not help once is not done again: perhaps another version of the program does not know this queue.
            Count(shortStreaks, sample.Queue, LooksShort(sample, most, idle) && inVain.GetValueOrDefault(sample.Queue) != (sample.Consumers, most));
            before[sample.Queue] = now;
        }
        // A bus that was stopped and could not be started again has no consumer at all, and others may hide that.
        Vanished = [.. samples.Select(sample => sample.Queue)
            .Where(queue => stopped || streaks[queue] >= (mends ? late : soon) || shortStreaks[queue] >= late)];
        if (Vanished.Count > 0 && clock.GetUtcNow() >= restUntil)
        {
            foreach (var sample in samples)
                inVain[sample.Queue] = (sample.Consumers, most);
            await Recover(token);
        }
    }

    private static void Count(Dictionary<string, int> streaks, string queue, bool goesOn) =>
        streaks[queue] = goesOn ? streaks.GetValueOrDefault(queue) + 1 : 0;

    private async Task Recover(CancellationToken token)
    {
        LogVanished(string.Join(", ", Vanished));
        streaks.Clear();
        shortStreaks.Clear();
        restUntil = clock.GetUtcNow() + policy.Now.Watch.Rest;
        stopped = true;
        try
        {
            if (!await Stopped(token))
            {
                LogEnds(policy.Now.Watch.Stop);
                Environment.ExitCode = 1;
                process.StopApplication();
                return;
            }
            await bus.StartAsync(token);
            stopped = false;
            NavigatorMeter.ConsumersRecovered.Add(1);
            LogRecovered();
        }
        catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
        {
            LogNotRecovered(error.GetType().Name);
        }
    }

    /// <returns>False when it took longer than it may: what it still holds then keeps the bus from starting, and it does not say so.</returns>
    private async Task<bool> Stopped(CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(policy.Now.Watch.Stop);
        try
        {
            await bus.StopAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
        }
        token.ThrowIfCancellationRequested();
        return !limit.IsCancellationRequested;
    }

    [LoggerMessage(Level = LogLevel.Critical,
        Message = "The consumers of this process are not let go of within {Limit}; it ends, so that another takes its place")]
    private partial void LogEnds(TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "This process does not get messages any more from {Queues}; it takes up its consumers anew")]
    private partial void LogVanished(string queues);

    [LoggerMessage(Level = LogLevel.Information, Message = "The consumers of this process are taken up anew")]
    private partial void LogRecovered();

    [LoggerMessage(Level = LogLevel.Error, Message = "The consumers of this process could not be taken up anew ({Error}); another try follows")]
    private partial void LogNotRecovered(string error);
}
