using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Storage.Ledger;

/// <summary>One row of the ledger, as the statement that read or changed it returned it.</summary>
public sealed record Job
{
    public required Guid Id { get; init; }
    public required string Tenant { get; init; }
    public required string ConversationId { get; init; }
    public required string Question { get; init; }
    public required JobOptions Options { get; init; }
    public required JobStatus Status { get; init; }
    public required JobStage Stage { get; init; }

    /// <summary>The fencing token: whoever carries an older one changes nothing any more.</summary>
    public required int Attempt { get; init; }

    /// <summary>The attempt that began when the job was queued, or the last wave of tools: those before it wore out no worker.</summary>
    public int FirstAttempt { get; init; } = 1;

    /// <summary>Not sent to a worker yet, because its tenant has as many under way as it may.</summary>
    public bool Held { get; init; }

    /// <summary>The worker that holds the lease on the stage; null while nobody does.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>Tools that have not reported yet. Empty outside the tools stage.</summary>
    public IReadOnlyList<Tool> Pending { get; init; } = [];
    public JobPlan? Plan { get; init; }
    public ToolResults Results { get; init; } = new();
    public JobAnswer? Answer { get; init; }
    public ChatError? Error { get; init; }
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>Counts every change of the row; a caller's ETag.</summary>
    public required int Version { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>When it was accepted, or last replayed.</summary>
    public required DateTimeOffset QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the tools stage began.</summary>
    public DateTimeOffset? ToolsAt { get; init; }

    /// <summary>When the present wave of tools began.</summary>
    public DateTimeOffset? WaveAt { get; init; }

    /// <summary>When the answer stage began.</summary>
    public DateTimeOffset? AnswerAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }

    /// <summary>When somebody must look again; null once finished. Never later than the deadline.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How it ended before it was replayed, oldest first.</summary>
    public IReadOnlyList<JobEnd> EarlierEnds { get; init; } = [];

    /// <summary>The last replay that queued it again; null when none did.</summary>
    public Guid? ReplayId { get; init; }

    /// <summary>The next unfinished job of the same conversation, told with the end of this one; null when none waits.</summary>
    public WaitingJob? Successor { get; init; }

    /// <summary>The first of a conversation has its id: nothing was said before it, and it waits for nobody.</summary>
    public bool StartsConversation => ConversationId == Id.ToString();

    /// <summary>What was left of its time when this was read.</summary>
    public TimeSpan Left => DeadlineAt > Now ? DeadlineAt - Now : TimeSpan.Zero;

    /// <summary>True while a report of the tool under this attempt still counts.</summary>
    public bool WaitsFor(Tool tool, int attempt) =>
        Status == JobStatus.Running && Stage == JobStage.Tools && Attempt == attempt && Pending.Contains(tool);

    /// <summary>How many workers this run of the job has had.</summary>
    public int AttemptsUsed => Attempt - FirstAttempt + 1;

    /// <summary>The ledger's clock when this was read: the only clock that deadlines are compared with.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>What the caller allows.</summary>
/// <param name="Web">May the web be asked?</param>
/// <param name="DocumentIds">Only these documents; null for all of the tenant's.</param>
/// <param name="Language">BCP 47 tag of the question's language; null to find out.</param>
/// <param name="CallbackUrl">Where to tell that the job has ended; null: nowhere.</param>
public sealed record JobOptions(bool Web, IReadOnlyList<Guid>? DocumentIds, string? Language = null, string? CallbackUrl = null);

/// <summary>A question to be written into the ledger.</summary>
/// <param name="IdempotencyKey">Per tenant: the same key and hash give the same job. Null: always a new job.</param>
/// <param name="RequestHash">SHA-256 of the request body; compared when the key was seen before.</param>
/// <param name="Lifetime">From acceptance to deadline.</param>
/// <param name="DueIn">When to look whether a worker took it.</param>
/// <param name="Share">What its tenant may have unfinished.</param>
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

/// <param name="Unfinished">Jobs that a tenant may have unfinished; one more is not accepted.</param>
/// <param name="UnderWay">Unfinished jobs from which on the next one is held.</param>
public readonly record struct TenantShare(int Unfinished, int UnderWay);

/// <summary>One tenant's unfinished jobs.</summary>
/// <param name="Queued">Those that no worker has begun, held ones included.</param>
public readonly record struct TenantLoad(int Unfinished, int Queued, int Held);

public enum SubmissionOutcome
{
    Created,

    /// <summary>The key and the body were seen before: this is that job.</summary>
    Repeated,

    /// <summary>The key was seen before, with another body: nothing was written.</summary>
    KeyReused,

    /// <summary>The tenant has as many unfinished as it may: nothing was written.</summary>
    TooMany,
}

/// <param name="Job">Null when there were too many.</param>
public readonly record struct Submission(Job? Job, SubmissionOutcome Outcome);

/// <summary>How often a row has changed, and whether it will again.</summary>
public readonly record struct JobVersion(int Version, bool Ended);

/// <summary>A job whose turn it is when another has ended.</summary>
public sealed record WaitingJob(Guid Id, int Attempt);

/// <summary>The jobs that share a conversation, at a glance.</summary>
/// <param name="Newest">The id of its newest job, which is what conversations are ordered by.</param>
public sealed record Conversation(string Id, string FirstQuestion, int Jobs, DateTimeOffset CreatedAt, DateTimeOffset LastAt, Guid Newest);

/// <summary>A job as its owner names it.</summary>
public readonly record struct OwnedJob(string Tenant, Guid Id);

/// <param name="Before">Only jobs with a smaller id, which are older ones: ids are UUIDv7.</param>
public sealed record JobFilter(JobStatus? Status = null, string? ConversationId = null, Guid? Before = null, int Limit = 50);
