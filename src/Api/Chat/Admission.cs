using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>Why a question is not taken now.</summary>
internal sealed record Refusal(ProblemCode Code, string Detail, int RetryAfterSeconds);

/// <summary>
/// Decides whether there is room for one more question. How many wait for a worker is looked at once a second and costs a request
/// nothing; what is being accepted, and what was accepted since the last look began, is added to it. How many a tenant has is
/// counted by the statement that accepts.
/// </summary>
internal sealed class Admission : BackgroundService
{
    private static readonly TimeSpan DrainWindow = TimeSpan.FromSeconds(10);
    private const int LongestWait = 60;

    private readonly IJobLedger ledger;
    private readonly LivePolicy policy;
    private readonly TimeProvider clock;
    private readonly ILogger<Admission> log;
    private long seen;
    private int entering;
    private int queuedSince;
    private int queuedBeforeLook;
    private double drainedPerSecond;

    public Admission(IJobLedger ledger, LivePolicy policy, Bounds bounds, TimeProvider clock, ILogger<Admission> log)
    {
        (this.ledger, this.policy, this.clock, this.log) = (ledger, policy, clock, log);
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
        return new Refusal(ProblemCode.QueueFull, "More questions wait than are taken at once. Nothing was accepted.", SecondsToDrain(over));
    }

    public Refusal TenantFull() => new(
        ProblemCode.TooManyUnfinished,
        $"{policy.Now.Admission.TenantUnfinished} of your questions are unfinished; one more is taken when one of them has ended. Nothing was "
            + $"accepted.",
        SecondsToDrain(1));

    /// <summary>Nothing was accepted.</summary>
    public void Leave() => Interlocked.Decrement(ref entering);

    /// <summary>The question waits for a worker: the next look that begins sees it.</summary>
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
        response.Headers["RateLimit"] = $"\"{(refusal.Code == ProblemCode.QueueFull ? "queue" : "unfinished")}\";r=0;t={seconds}";
        return Problem.Of(refusal.Code, refusal.Detail);
    }

    public AdmissionNow Now() => new(policy.Now.Admission.QueueDepth, Depth, policy.Now.Admission.TenantUnfinished, drainedPerSecond);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Watch.Interval, "The count of waiting questions", Sample, clock, log, stoppingToken);

    private async Task Sample(CancellationToken token)
    {
        BeginLook();
        EndLook((await ledger.Loads(token)).Sum(load => load.Queued));
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
