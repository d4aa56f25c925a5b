using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>Why a question is not accepted now.</summary>
internal sealed record Refusal(ProblemCode Code, string Detail, int RetryAfterSeconds);

/// <summary>
/// Decides whether another question is accepted. The ledger counts the waiting questions once a second, which costs a request nothing. Questions
/// that are being accepted, and those accepted since the last count began, are added. The statement that accepts a question checks its
/// tenant's limit.
/// </summary>
internal sealed class Admission : BackgroundService
{
    private static readonly TimeSpan DrainWindow = TimeSpan.FromSeconds(10);
    private const int LongestWait = 60;

    private readonly IJobLedger ledger;
    private readonly OldestJob oldest;
    private readonly LivePolicy policy;
    private readonly TimeProvider clock;
    private readonly ILogger<Admission> log;
    private long seen;
    private int entering;
    private int queuedSince;
    private int queuedBeforeLook;
    private long refused;
    private double drainedPerSecond;

    public Admission(
        IJobLedger ledger, OldestJob oldest, LivePolicy policy, LimitRegistry registry, TimeProvider clock, ILogger<Admission> log)
    {
        (this.ledger, this.oldest, this.policy, this.clock, this.log) = (ledger, oldest, policy, clock, log);
        registry.Watch(() => new LimitUsage(
            "admission", "queue_depth", policy.Now.Admission.QueueDepth, Depth, Rejected: Interlocked.Read(ref refused)));
    }

    /// <summary>Reads in the order in which a question moves. A question that moves meanwhile is counted twice rather than not at all.</summary>
    private long Depth => Volatile.Read(ref entering) + Volatile.Read(ref queuedSince) + Interlocked.Read(ref seen);

    /// <summary>Reserves a place in the queue until <see cref="Queued"/> or <see cref="Leave"/>.</summary>
    /// <returns>Null if there was a place.</returns>
    public Refusal? Enter()
    {
        Interlocked.Increment(ref entering);
        var over = Depth - policy.Now.Admission.QueueDepth;
        if (over <= 0)
            return null;
        Leave();
        Interlocked.Increment(ref refused);
        return new Refusal(ProblemCode.QueueFull, "Too many questions are waiting. Nothing was accepted; try again later.", SecondsToDrain(over));
    }

    public Refusal TenantFull() => new(
        ProblemCode.TooManyUnfinished,
        $"{policy.Now.Admission.TenantUnfinished} of your questions are unfinished, the maximum. Try again when one has ended. Nothing was "
            + $"accepted.",
        SecondsToDrain(1));

    /// <summary>Gives the place back, because nothing was accepted.</summary>
    public void Leave() => Interlocked.Decrement(ref entering);

    /// <summary>Marks the question as queued. The next count includes it.</summary>
    public void Queued()
    {
        Interlocked.Increment(ref queuedSince);
        Interlocked.Decrement(ref entering);
    }

    /// <summary>Sets the RateLimit fields (draft-ietf-httpapi-ratelimit-headers): the quotas, and the rest of the common quota.</summary>
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

    public AdmissionNow Now() => new(
        policy.Now.Admission.QueueDepth, Depth, policy.Now.Admission.TenantUnfinished, drainedPerSecond, Math.Round(oldest.Age.TotalSeconds, 1));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Watch.Interval, "The count of waiting questions", Sample, clock, log, stoppingToken);

    private async Task Sample(CancellationToken token)
    {
        BeginLook();
        EndLook((await ledger.Loads(token)).Sum(load => load.Queued));
        drainedPerSecond = await ledger.CountFinished(DrainWindow, token) / DrainWindow.TotalSeconds;
    }

    private void BeginLook() => queuedBeforeLook = Volatile.Read(ref queuedSince);

    /// <summary>Ends a count. After a failed count the previous result stays, and later questions are added to it.</summary>
    private void EndLook(long waiting)
    {
        Interlocked.Exchange(ref seen, waiting);
        Interlocked.Add(ref queuedSince, -queuedBeforeLook);
    }

    /// <summary>Seconds at the rate of the last ten seconds: at least 1, at most 60, even if no job ends.</summary>
    private int SecondsToDrain(long jobs) => (int)Math.Clamp(Math.Ceiling(jobs / Math.Max(drainedPerSecond, 0.01)), 1, LongestWait);
}
