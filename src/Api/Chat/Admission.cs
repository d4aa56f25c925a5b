using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Problems;
using Navigator.Contracts;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;
using Navigator.Workers.Broker;
using Navigator.Workers.Hosting;
using Navigator.Workers.Limits;

namespace Navigator.Api.Chat;

/// <summary>Why a question is not taken now.</summary>
internal sealed record Refusal(string Code, string Detail, int RetryAfterSeconds);

/// <summary>
/// Decides whether there is room for one more question. How deep the queues are is looked at once a second and costs a request
/// nothing; what is on its way into them, and what went in since the last look began, is added to it. How many a tenant has is
/// counted by the statement that accepts.
/// </summary>
internal sealed class Admission : BackgroundService
{
    private static readonly TimeSpan DrainWindow = TimeSpan.FromSeconds(10);
    private static readonly string[] QuestionQueues =
        [QueueNames.AnswerQuestion, QueueNames.EmbedQuestion, QueueNames.RetrievePassages, QueueNames.SearchWeb, QueueNames.ComposeAnswer];

    private const int LongestWait = 60;

    private readonly IJobLedger ledger;
    private readonly IReplayStore replays;
    private readonly LivePolicy policy;
    private readonly TimeProvider clock;
    private readonly ILogger<Admission> log;
    private readonly QueueWatch? queues;
    private long seen;
    private int entering;
    private int queuedSince;
    private int queuedBeforeLook;
    private double drainedPerSecond;

    /// <param name="queues">Absent where there is no broker: then unfinished jobs stand for what waits.</param>
    public Admission(IJobLedger ledger, IReplayStore replays, LivePolicy policy, Bounds bounds, TimeProvider clock, ILogger<Admission> log,
        QueueWatch? queues = null)
    {
        (this.ledger, this.replays, this.policy, this.clock, this.log, this.queues) = (ledger, replays, policy, clock, log, queues);
        if (queues is not null)
        {
            queues.Looking += BeginLook;
            queues.Looked += samples => EndLook(samples.Where(sample => QuestionQueues.Contains(sample.Queue)).Sum(sample => sample.Ready));
        }
        bounds.Watch(() => new Bound("admission", "queue_depth", policy.Now.Admission.QueueDepth, Depth));
    }

    /// <summary>Read in the order of a question's way: one that moves on meanwhile counts twice, and never not at all.</summary>
    private long Depth => Volatile.Read(ref entering) + Volatile.Read(ref queuedSince) + Interlocked.Read(ref seen);

    /// <summary>Take a place, until <see cref="Queued"/> or <see cref="Leave"/>.</summary>
    /// <returns>Null when there was one.</returns>
    public Refusal? Enter()
    {
        Interlocked.Increment(ref entering);
        var over = Depth - policy.Now.Admission.QueueDepth;
        if (over <= 0)
            return null;
        Leave();
        return new Refusal("queue_full", "More questions wait than are taken at once. Nothing was accepted.", SecondsToDrain(over));
    }

    public Refusal TenantFull() => new(
        "too_many_unfinished",
        $"{policy.Now.Admission.TenantUnfinished} of your questions are unfinished; one more is taken when one of them has ended. Nothing was "
            + $"accepted.",
        SecondsToDrain(1));

    /// <summary>Nothing was accepted.</summary>
    public void Leave() => Interlocked.Decrement(ref entering);

    /// <summary>The question waits in its queue: the next look that begins sees it there.</summary>
    public void Queued()
    {
        Interlocked.Increment(ref queuedSince);
        Interlocked.Decrement(ref entering);
    }

    /// <summary>RateLimit fields for HTTP (draft-ietf-httpapi-ratelimit-headers): the quotas, and what is left of the common one.</summary>
    public void SayLimits(HttpResponse response)
    {
        response.Headers["RateLimit-Policy"] =
            $"\"queue\";q={policy.Now.Admission.QueueDepth}, \"unfinished\";q={policy.Now.Admission.TenantUnfinished}";
        response.Headers["RateLimit"] = $"\"queue\";r={Math.Max(0, policy.Now.Admission.QueueDepth - Depth)}";
    }

    public ProblemHttpResult Refuse(HttpResponse response, Refusal refusal)
    {
        var seconds = refusal.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        response.Headers.RetryAfter = seconds;
        response.Headers["RateLimit"] = $"\"{(refusal.Code == "queue_full" ? "queue" : "unfinished")}\";r=0;t={seconds}";
        return Problem.Of(StatusCodes.Status429TooManyRequests, refusal.Code, refusal.Detail);
    }

    public AdmissionNow Now() => new(policy.Now.Admission.QueueDepth, Depth, policy.Now.Admission.TenantUnfinished, drainedPerSecond);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Watch.Interval, "The measure of the queues", Sample, clock, log, stoppingToken);

    private async Task Sample(CancellationToken token)
    {
        if (queues is null)
        {
            BeginLook();
            EndLook(await replays.CountUnfinished(policy.Now.Admission.QueueDepth * 2, token));
        }
        drainedPerSecond = await ledger.CountFinished(DrainWindow, token) / DrainWindow.TotalSeconds;
    }

    private void BeginLook() => queuedBeforeLook = Volatile.Read(ref queuedSince);

    /// <summary>A look that fails has no end: what was known stands, and what is accepted counts on top of it.</summary>
    private void EndLook(long waiting)
    {
        Interlocked.Exchange(ref seen, waiting);
        Interlocked.Add(ref queuedSince, -queuedBeforeLook);
    }

    /// <summary>At the rate of the last ten seconds; a second at least, a minute at most, also when nothing drains.</summary>
    private int SecondsToDrain(long jobs) => (int)Math.Clamp(Math.Ceiling(jobs / Math.Max(drainedPerSecond, 0.01)), 1, LongestWait);
}
