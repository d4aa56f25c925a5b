using MassTransit;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Broker;

/// <summary>
/// Detects consumers of this process that receive no messages, and restarts all of them. The bus can lose a consumer whose channel the broker
/// closed without noticing (MassTransit #4544 and #6001, both open). The broker can lose a consumer when the leader of its queue dies without
/// telling the bus. Messages then stay ready while this process has room for them; or another process's consumer takes them all, and the queue
/// has fewer consumers than other queues. If the bus does not release its old consumers in time, it cannot be started again. The process then
/// ends with exit code 1, so that its supervisor starts a new one.
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

    /// <summary>Queues that this process should consume from and does not.</summary>
    public IReadOnlyList<string> Vanished { get; private set; } = [];

    /// <summary>True if the queue's state suggests that this process does not consume from it.</summary>
    /// <param name="idle">True if this process handles no message of the queue and has received none since the last check.</param>
    internal static bool LooksVanished(QueueSample sample, bool idle) =>
        !sample.Exists || sample.Consumers == 0 || (sample.Ready > 0 && idle);

    /// <summary>True if the queue lacks a consumer, which may be this process's.</summary>
    /// <param name="most">The highest number of consumers of any queue. Every worker consumes from every queue.</param>
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
        // A bus that lost its connection is reconnecting and must not be stopped meanwhile, so it gets more time. A queue that lacks a consumer
        // gets as much time. A canary passes meanwhile, and the worker that handles it is not idle.
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
            // A restart that did not help is not repeated: another version of the program may not know this queue.
            Count(shortStreaks, sample.Queue, LooksShort(sample, most, idle) && inVain.GetValueOrDefault(sample.Queue) != (sample.Consumers, most));
            before[sample.Queue] = now;
        }
        // A bus that was stopped and could not be started has no consumer at all, which other processes' consumers may hide.
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

    /// <returns>False if stopping took too long. Messages that the bus still holds then keep it from starting, without an error.</returns>
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
        Message = "The bus did not release this process's consumers within {Limit}. The process ends, so that its supervisor restarts it")]
    private partial void LogEnds(TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "This process no longer receives messages from {Queues}. It restarts its consumers")]
    private partial void LogVanished(string queues);

    [LoggerMessage(Level = LogLevel.Information, Message = "The consumers of this process were restarted")]
    private partial void LogRecovered();

    [LoggerMessage(Level = LogLevel.Error, Message = "The consumers of this process could not be restarted ({Error}). Another try follows")]
    private partial void LogNotRecovered(string error);
}
