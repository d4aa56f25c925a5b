using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Storage.Ledger;

/// <summary>One row of the ledger, as a statement read or wrote it.</summary>
public sealed record Job
{
    public required Guid Id { get; init; }
    public required string Tenant { get; init; }
    public required string ConversationId { get; init; }
    public required string Question { get; init; }
    public required JobOptions Options { get; init; }
    public required JobStatus Status { get; init; }
    public required JobStage Stage { get; init; }

    /// <summary>The fencing token: a message or worker with an older attempt changes nothing.</summary>
    public required int Attempt { get; init; }

    /// <summary>The attempt with which the job was queued, or with which its last wave of tools began. Attempts are counted from here.</summary>
    public int FirstAttempt { get; init; } = 1;

    /// <summary>True if the job has not been sent to a worker, because its tenant has its maximum of jobs under way.</summary>
    public bool Held { get; init; }

    /// <summary>The worker that holds the lease on the stage; null if no worker does.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>Tools that have not reported yet; empty outside the tools stage.</summary>
    public IReadOnlyList<Tool> Pending { get; init; } = [];
    public JobPlan? Plan { get; init; }
    public ToolResults Results { get; init; } = new();
    public JobAnswer? Answer { get; init; }
    public ChatError? Error { get; init; }
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>Increases with every change of the row; the caller's ETag.</summary>
    public required int Version { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>When the job was accepted, or last replayed.</summary>
    public required DateTimeOffset QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the tools stage began.</summary>
    public DateTimeOffset? ToolsAt { get; init; }

    /// <summary>When the current wave of tools began.</summary>
    public DateTimeOffset? WaveAt { get; init; }

    /// <summary>When the answer stage began.</summary>
    public DateTimeOffset? AnswerAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }

    /// <summary>When the sweeper checks the job; null once it has finished. Never later than the deadline.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How the job ended before each replay, oldest first.</summary>
    public IReadOnlyList<JobEnd> EarlierEnds { get; init; } = [];

    /// <summary>The last replay that queued the job again; null if none did.</summary>
    public Guid? ReplayId { get; init; }

    /// <summary>The next unfinished job of the same conversation, returned by the change that ended this job; null if none waits.</summary>
    public WaitingJob? Successor { get; init; }

    /// <summary>True for the first job of a conversation, which has the conversation's id. It has no context and waits for no other job.</summary>
    public bool StartsConversation => ConversationId == Id.ToString();

    /// <summary>The time until the deadline, as of this read.</summary>
    public TimeSpan Left => DeadlineAt > Now ? DeadlineAt - Now : TimeSpan.Zero;

    /// <summary>True if a report of this tool under this attempt still counts.</summary>
    public bool WaitsFor(Tool tool, int attempt) =>
        Status == JobStatus.Running && Stage == JobStage.Tools && Attempt == attempt && Pending.Contains(tool);

    /// <summary>Number of attempts that this run of the job has had.</summary>
    public int AttemptsUsed => Attempt - FirstAttempt + 1;

    /// <summary>The ledger's clock at this read. Deadlines are compared only with this clock.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>What the caller allows for this job.</summary>
/// <param name="Web">May the web be asked?</param>
/// <param name="DocumentIds">Only these documents; null for all of the tenant's.</param>
/// <param name="Language">BCP 47 tag of the question's language; null to find out.</param>
/// <param name="CallbackUrl">Where the webhook about the job's end is sent; null: no webhook.</param>
/// <param name="Trace">The W3C traceparent of the request, which the job's spans continue; null: there was none.</param>
public sealed record JobOptions(
    bool Web, IReadOnlyList<Guid>? DocumentIds, string? Language = null, string? CallbackUrl = null, string? Trace = null);

/// <summary>A question to be written into the ledger.</summary>
/// <param name="IdempotencyKey">Per tenant: the same key and hash give the same job. Null: always a new job.</param>
/// <param name="RequestHash">SHA-256 of the request body; compared when the key was seen before.</param>
/// <param name="Lifetime">From acceptance to deadline.</param>
/// <param name="DueIn">When the sweeper checks whether a worker has taken the job.</param>
/// <param name="Share">How many unfinished jobs the tenant may have.</param>
public sealed record NewJob(
    Guid Id, string Tenant, string ConversationId, string Question, JobOptions Options,
    string? IdempotencyKey, byte[] RequestHash, TimeSpan Lifetime, TimeSpan DueIn, TenantShare Share)
{
    /// <summary>The row as it is written at <paramref name="now"/>.</summary>
    internal Job AcceptedAt(DateTimeOffset now, bool held) => new()
    {
        Id = Id,
        Tenant = Tenant,
        ConversationId = ConversationId,
        Question = Question,
        Options = Options,
        Status = JobStatus.Queued,
        Stage = JobStage.Intake,
        Attempt = 1,
        Version = 1,
        Held = held,
        AcceptedAt = now,
        QueuedAt = now,
        Now = now,
        DeadlineAt = now + Lifetime,
        DueAt = now + (held || DueIn > Lifetime ? Lifetime : DueIn),
    };
}

/// <param name="Unfinished">Maximum number of a tenant's unfinished jobs. A further job is not accepted.</param>
/// <param name="UnderWay">From this number of unfinished jobs on, the tenant's next job is held.</param>
public readonly record struct TenantShare(int Unfinished, int UnderWay);

/// <summary>One tenant's unfinished jobs.</summary>
/// <param name="Queued">Jobs that no worker has begun, including held jobs.</param>
/// <param name="OldestAge">Time since the oldest one was queued, replayed jobs apart; zero without any.</param>
public readonly record struct TenantLoad(int Unfinished, int Queued, int Held, TimeSpan OldestAge);

public enum SubmissionOutcome
{
    Created,

    /// <summary>The key and the body were seen before. The earlier job is returned.</summary>
    Repeated,

    /// <summary>The key was seen before with another body. Nothing was written.</summary>
    KeyReused,

    /// <summary>The tenant has its maximum of unfinished jobs. Nothing was written.</summary>
    TooMany,
}

/// <param name="Job">Null if the tenant has too many jobs.</param>
public readonly record struct Submission(Job? Job, SubmissionOutcome Outcome);

/// <summary>How often a row has changed, and whether the job has ended.</summary>
public readonly record struct JobVersion(int Version, bool Ended);

/// <summary>The job that may start because the job before it in the conversation has ended.</summary>
public sealed record WaitingJob(Guid Id, int Attempt);

/// <summary>Summary of the jobs that share a conversation.</summary>
/// <param name="Newest">The id of the newest job. Conversations are ordered by it.</param>
public sealed record Conversation(string Id, string FirstQuestion, int Jobs, DateTimeOffset CreatedAt, DateTimeOffset LastAt, Guid Newest);

/// <summary>A job's id with the tenant that owns it.</summary>
public readonly record struct OwnedJob(string Tenant, Guid Id);

/// <param name="Before">Only jobs with a smaller id, which are older because ids are UUIDv7.</param>
public sealed record JobFilter(JobStatus? Status = null, string? ConversationId = null, Guid? Before = null, int Limit = 50);
