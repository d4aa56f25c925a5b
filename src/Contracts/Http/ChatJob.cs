using System.ComponentModel;
using Navigator.Contracts.Chat;

namespace Navigator.Contracts.Http;

/// <summary>A question that a caller submits.</summary>
public sealed record ChatJobRequest
{
    /// <summary>Maximum length of a question, in UTF-16 characters.</summary>
    public const int MaxQuestionLength = 5_000;

    [Description("The question, 1 to 5,000 characters.")]
    public string? Question { get; init; }

    [Description("Groups the questions of one conversation: 1 to 64 letters, digits, '-', '_' or '.'. Default: a new conversation.")]
    public string? ConversationId { get; init; }

    [Description("Whether the web may be searched if the question needs current information. Default: true if a web provider is configured.")]
    public bool? Web { get; init; }

    [Description("BCP 47 tag of the question's language, such as es or pt-BR. The answer is in the same language. Default: detected.")]
    public string? Language { get; init; }

    [Description("Deadline of the job, in seconds from acceptance. Default: 120. The operator sets the limits.")]
    public double? DeadlineSeconds { get; init; }

    [Description("Where the webhook about the job's end is sent: a public https address. Signed as in Standard Webhooks. Failed deliveries are "
        + "retried for about eight hours.")]
    public string? CallbackUrl { get; init; }

    [Description("Search only these documents. Default: all documents of the caller's tenant.")]
    public IReadOnlyList<Guid>? DocumentIds { get; init; }
}

/// <summary>A job as its owner sees it. All times are UTC.</summary>
public sealed record ChatJob
{
    public required Guid Id { get; init; }
    public string Object { get; init; } = "chat.job";
    public required JobStatus Status { get; init; }
    public required JobStage Stage { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    [Description("The job's deadline. A job that has not ended by then expires.")]
    public required DateTimeOffset DeadlineAt { get; init; }

    [Description("Counts from 1. A replay, a lost worker and a second wave of tools each add one.")]
    public required int Attempt { get; init; }
    public required string ConversationId { get; init; }
    public required string Question { get; init; }

    [Description("The planned searches; null until intake has planned them.")]
    public ChatPlan? Plan { get; init; }
    public ChatAnswer? Answer { get; init; }

    [Description("What is missing from the answer, and why. Empty if nothing is missing.")]
    public required IReadOnlyList<string> Degraded { get; init; }
    public ChatError? Error { get; init; }

    [Description("How the job ended before each replay, oldest first. Empty if it was not replayed.")]
    public required IReadOnlyList<EarlierEnd> EarlierEnds { get; init; }

    [Description("The trace of the request that submitted the job, which the job's spans and log lines have too.")]
    public string? TraceId { get; init; }
    public required ChatTimings Timings { get; init; }
    public required ChatLinks Links { get; init; }
}

/// <summary>The result of intake.</summary>
public sealed record ChatPlan
{
    [Description("The question that is answered: screened, translated, with the context of the conversation.")]
    public required string Question { get; init; }

    [Description("BCP 47 tag of the question's language; 'und' if it could not be detected.")]
    public required string Language { get; init; }

    [Description("What planned the searches: a model's name, or 'rules'.")]
    public required string By { get; init; }

    [Description("The searches in the documents and on the web, by wave. A second wave follows if the first found no good match.")]
    public required IReadOnlyList<ChatWave> Waves { get; init; }
}

public sealed record ChatWave(IReadOnlyList<string> DocumentQueries, IReadOnlyList<string> WebQueries);

/// <summary>A page of jobs, newest first.</summary>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next page. Null on the last page.</param>
public sealed record ChatJobList(IReadOnlyList<ChatJob> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}

public sealed record ChatAnswer
{
    [Description("The answer, with markers such as [1] that refer to its citations.")]
    public required string Text { get; init; }

    [Description("BCP 47 language tag of the text; 'und' if it could not be detected.")]
    public required string Language { get; init; }

    [Description("What wrote the answer: a model's name, or 'offline-extractive' if no model is configured.")]
    public required string Model { get; init; }
    public required IReadOnlyList<Citation> Citations { get; init; }

    [Description(
        "How well the cited sources match the question and support the answer, 0 to 1; 0 without citations. Not a probability.")]
    public double Confidence { get; init; }

    [Description("Questions that the caller may ask next.")]
    public IReadOnlyList<string> FollowUps { get; init; } = [];

    [Description("True if the model's answer was too long and was cut.")]
    public bool Truncated { get; init; }

    [Description("Number of the model's citations that were dropped because their quote is not in the source.")]
    public int DroppedCitations { get; init; }
}

/// <summary>The target of a marker in the answer: a passage of a document, or a web page.</summary>
public sealed record Citation
{
    [Description("The number of the answer's [n] marker.")]
    public required int Marker { get; init; }

    [Description("'document' or 'web'.")]
    public required string Kind { get; init; }
    public Guid? DocumentId { get; init; }
    public required string Title { get; init; }

    [Description("Page of the document, from 1; null if the format has no pages.")]
    public int? Page { get; init; }
    public Guid? PassageId { get; init; }

    [Description("Text of the source, word for word.")]
    public required string Quote { get; init; }
    public string? Url { get; init; }

    [Description("The document as it was uploaded, at its page; 404 'original_not_kept' if the file is not stored. Null for a web page.")]
    public string? Link { get; init; }

    [Description("How well the source matches the question. Comparable within one answer only.")]
    public required double Score { get; init; }
}

/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">One sentence, for people.</param>
public sealed record ChatError(string Code, string Message);

/// <summary>An earlier end of the job that a replay replaced.</summary>
public sealed record EarlierEnd(JobStatus Status, int Attempt, DateTimeOffset FinishedAt, ChatError Error);

/// <summary>
/// Milliseconds spent in each stage since acceptance or the last replay, on the database's clock; null for a stage that was not reached or not
/// completed.
/// </summary>
public sealed record ChatTimings
{
    public long? QueueMs { get; init; }
    public long? IntakeMs { get; init; }
    public long? ToolsMs { get; init; }
    public long? DocumentsMs { get; init; }
    public long? WebSearchMs { get; init; }
    public long? AnswerMs { get; init; }
    public long? TotalMs { get; init; }
}

public sealed record ChatLinks(string Self, string Events, string Cancel);
