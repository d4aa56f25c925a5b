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

    /// <summary>The attempt that began when the job was queued: the first, or the first since its last replay.</summary>
    public int FirstAttempt { get; init; } = 1;

    /// <summary>Goes first at the broker: its tenant had few others unfinished when it asked.</summary>
    public bool Express { get; init; }

    /// <summary>The worker that holds the lease on the stage; null while nobody does.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>Tools that have not reported yet. Empty outside the tools stage.</summary>
    public IReadOnlyList<Tool> Pending { get; init; } = [];
    public JobPlan? Plan { get; init; }
    public ToolResults Results { get; init; } = new();
    public ChatAnswer? Answer { get; init; }
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

    /// <summary>When the answer stage began.</summary>
    public DateTimeOffset? AnswerAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public required DateTimeOffset DeadlineAt { get; init; }

    /// <summary>When somebody must look again; null once finished. Never later than the deadline.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>How it ended before it was replayed, oldest first.</summary>
    public IReadOnlyList<EarlierEnd> EarlierEnds { get; init; } = [];

    /// <summary>The last replay that queued it again; null when none did.</summary>
    public Guid? ReplayId { get; init; }

    /// <summary>What was left of its time when this was read.</summary>
    public TimeSpan Left => DeadlineAt > Now ? DeadlineAt - Now : TimeSpan.Zero;

    /// <summary>How many workers this run of the job has had.</summary>
    public int AttemptsUsed => Attempt - FirstAttempt + 1;

    /// <summary>The ledger's clock when this was read: the only clock that deadlines are compared with.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>What the caller allows.</summary>
/// <param name="Web">May the web be asked?</param>
/// <param name="DocumentIds">Only these documents; null for all of the tenant's.</param>
/// <param name="Language">BCP 47 tag of the question's language; null to find out.</param>
public sealed record JobOptions(bool Web, IReadOnlyList<Guid>? DocumentIds, string? Language = null);

/// <summary>Which tools, and what to ask them: data on the row, made by planning.</summary>
/// <param name="Question">What is to be answered: the question as it came out of intake.</param>
/// <param name="Language">BCP 47 tag of the language that the question was asked in; "und" where nobody could tell.</param>
/// <param name="DocumentQueries">What to look for in the documents; none: do not.</param>
/// <param name="WebQueries">What to look for on the web; none: do not.</param>
public sealed record JobPlan(string Question, string Language, IReadOnlyList<string> DocumentQueries, IReadOnlyList<string> WebQueries)
{
    /// <summary>The tools that this plan calls on, in a fixed order.</summary>
    public IReadOnlyList<Tool> Tools() =>
        [.. DocumentQueries.Count > 0 ? [Tool.Documents] : Array.Empty<Tool>(), .. WebQueries.Count > 0 ? [Tool.WebSearch] : Array.Empty<Tool>()];
}

/// <summary>What the tools reported; null for one that has not, or was skipped.</summary>
public sealed record ToolResults
{
    public DocumentsResult? Documents { get; init; }
    public WebSearchResult? WebSearch { get; init; }
}

/// <param name="Passages">Best first.</param>
/// <param name="ElapsedMs">From the start of the tools stage to the report, on the reporter's clock: queueing included.</param>
public sealed record DocumentsResult(IReadOnlyList<FoundPassage> Passages, long ElapsedMs);

/// <param name="Score">Reciprocal-rank fusion of the legs, 1 for a passage that every leg ranks first.</param>
/// <param name="Similarity">Cosine of question and passage, −1 to 1; null when only the lexical leg found it.</param>
public sealed record FoundPassage(Guid PassageId, Guid DocumentId, double Score, double? Similarity);

/// <param name="Pages">Best first.</param>
/// <param name="ElapsedMs">The search itself, in milliseconds.</param>
public sealed record WebSearchResult(IReadOnlyList<FoundPage> Pages, long ElapsedMs);

public sealed record FoundPage(string Url, string Title, string Content, double Score);

/// <summary>A question to be written into the ledger.</summary>
/// <param name="IdempotencyKey">Per tenant: the same key and hash give the same job. Null: always a new job.</param>
/// <param name="RequestHash">SHA-256 of the request body; compared when the key was seen before.</param>
/// <param name="Lifetime">From acceptance to deadline.</param>
/// <param name="DueIn">When to look whether a worker took it.</param>
/// <param name="Share">What its tenant may have unfinished.</param>
public sealed record NewJob(
    Guid Id, string Tenant, string ConversationId, string Question, JobOptions Options,
    string? IdempotencyKey, byte[] RequestHash, TimeSpan Lifetime, TimeSpan DueIn, TenantShare Share);

/// <param name="Unfinished">Jobs that a tenant may have unfinished; one more is not accepted.</param>
/// <param name="Express">Unfinished jobs up to which the next one goes first at the broker.</param>
public readonly record struct TenantShare(int Unfinished, int Express);

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

/// <summary>A worker that takes the lease on a stage.</summary>
public sealed record StageClaim(string Worker, TimeSpan Lease);

/// <summary>A job and the fencing token that a message carried.</summary>
public readonly record struct JobKey(Guid Id, int Attempt);

/// <param name="Before">Only jobs with a smaller id, which are older ones: ids are UUIDv7.</param>
public sealed record JobFilter(JobStatus? Status = null, string? ConversationId = null, Guid? Before = null, int Limit = 50);
