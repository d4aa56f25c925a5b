using MassTransit;
using Navigator.Contracts;
using Navigator.Workers.Hosting;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Broker;

/// <summary>
/// Notices when a consumer of this process is there in name only, or was given up by the bus, and takes all of them up anew. The bus can
/// lose a consumer whose channel the broker closed, and not notice (MassTransit #4544 and #6001, both open): messages then lie ready
/// while this process, with room for them, gets none. A bus that does not let go of its old consumers in time cannot be started again:
/// then the process ends, with an exit code, for whoever runs it to start another.
/// </summary>
internal sealed partial class ConsumerWatch(
    IBusControl bus, QueueWatch queues, EndpointActivity activity, LivePolicy policy, IHostApplicationLifetime process, TimeProvider clock,
    ILogger<ConsumerWatch> log)
    : BackgroundService
{
    private readonly Dictionary<string, int> streaks = [];
    private readonly Dictionary<string, Activity> before = [];
    private DateTimeOffset restUntil;
    private DateTimeOffset mendsUntil;

    /// <summary>Queues that this process should consume from, and does not.</summary>
    public IReadOnlyList<string> Vanished { get; private set; } = [];

    /// <summary>Does the queue treat this process as if it did not consume from it?</summary>
    /// <param name="consumes">Does the bus itself say that it does? Another process's consumer may hide that it does not.</param>
    internal static bool LooksVanished(QueueSample sample, Activity before, Activity now, bool consumes) =>
        !consumes || !sample.Exists || sample.Consumers == 0 || (sample.Ready > 0 && now.InFlight == 0 && now.Delivered == before.Delivered);

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
            if (before.Count > 0)
                mendsUntil = clock.GetUtcNow() + policy.Now.Watch.Rest;
            return;
        }
        // A bus that lost its connection is about to mend it, and must not be stopped in the middle of it; it gets longer.
        var health = bus.CheckHealth();
        var consumed = health.Endpoints.Values.Where(endpoint => endpoint.Status == BusHealthStatus.Healthy)
            .Select(endpoint => endpoint.InputAddress.Segments[^1]).ToHashSet(StringComparer.Ordinal);
        var mends = health.Status != BusHealthStatus.Healthy || clock.GetUtcNow() < mendsUntil;
        var enough = policy.Now.Watch.VanishedAfter + (mends ? (int)(policy.Now.Watch.Rest / policy.Now.Watch.Interval) : 0);
        foreach (var sample in samples)
        {
            var now = activity.Of(sample.Queue);
            streaks[sample.Queue] = LooksVanished(sample, before.GetValueOrDefault(sample.Queue), now, consumed.Contains(sample.Queue))
                ? streaks.GetValueOrDefault(sample.Queue) + 1
                : 0;
            before[sample.Queue] = now;
        }
        Vanished = [.. QueueNames.All.Where(queue => streaks[queue] >= enough)];
        if (Vanished.Count > 0 && clock.GetUtcNow() >= restUntil)
            await Recover(token);
    }

    private async Task Recover(CancellationToken token)
    {
        LogVanished(string.Join(", ", Vanished));
        streaks.Clear();
        restUntil = clock.GetUtcNow() + policy.Now.Watch.Rest;
        try
        {
            if (!await Stopped(token))
            {
                LogEnds(policy.Now.Watch.StopMs);
                Environment.ExitCode = 1;
                process.StopApplication();
                return;
            }
            await bus.StartAsync(token);
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
        limit.CancelAfter(policy.Now.Watch.StopMs);
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
        Message = "The consumers of this process are not let go of within {Limit} ms; it ends, so that another takes its place")]
    private partial void LogEnds(int limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "This process does not get messages any more from {Queues}; it takes up its consumers anew")]
    private partial void LogVanished(string queues);

    [LoggerMessage(Level = LogLevel.Information, Message = "The consumers of this process are taken up anew")]
    private partial void LogRecovered();

    [LoggerMessage(Level = LogLevel.Error, Message = "The consumers of this process could not be taken up anew ({Error}); another try follows")]
    private partial void LogNotRecovered(string error);
}
