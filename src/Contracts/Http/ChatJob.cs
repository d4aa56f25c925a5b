using System.ComponentModel;
using Navigator.Contracts.Chat;

namespace Navigator.Contracts.Http;

/// <summary>A question, as a caller submits it.</summary>
public sealed record ChatJobRequest
{
    /// <summary>The longest question accepted, in UTF-16 characters.</summary>
    public const int MaxQuestionLength = 5_000;

    [Description("What to answer. 1 to 5,000 characters.")]
    public string? Question { get; init; }

    [Description("Groups questions of one conversation: 1 to 64 letters, digits, '-', '_' or '.'. Made up when absent.")]
    public string? ConversationId { get; init; }

    [Description("May the web be asked when the question needs something current? Default: true, where a web provider is configured.")]
    public bool? Web { get; init; }

    [Description("BCP 47 tag of the question's language, such as es or pt-BR; the answer is in it too. Default: found out.")]
    public string? Language { get; init; }

    [Description("The job ends by then, in seconds from acceptance. Default: 120; the limits are the operator's.")]
    public double? DeadlineSeconds { get; init; }

    [Description("Where to tell that the job has ended: an https address on the public internet. Signed as Standard Webhooks are; tried again for "
        + "some eight hours.")]
    public string? CallbackUrl { get; init; }

    [Description("Only look into these documents. Default: all of the caller's.")]
    public IReadOnlyList<Guid>? DocumentIds { get; init; }
}

/// <summary>A job, as its owner sees it. All times are UTC.</summary>
public sealed record ChatJob
{
    public required Guid Id { get; init; }
    public string Object { get; init; } = "chat.job";
    public required JobStatus Status { get; init; }
    public required JobStage Stage { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    [Description("The job ends by then, whatever happens.")]
    public required DateTimeOffset DeadlineAt { get; init; }

    [Description("Counts from 1; a replay, a lost worker and a second wave of searching add one.")]
    public required int Attempt { get; init; }
    public required string ConversationId { get; init; }
    public required string Question { get; init; }

    [Description("What is looked for, and where; null until it was planned.")]
    public ChatPlan? Plan { get; init; }
    public ChatAnswer? Answer { get; init; }

    [Description("What the answer had to do without, and why; empty when nothing.")]
    public required IReadOnlyList<string> Degraded { get; init; }
    public ChatError? Error { get; init; }

    [Description("How it ended before it was replayed, oldest first; empty when it never was.")]
    public required IReadOnlyList<EarlierEnd> EarlierEnds { get; init; }
    public required ChatTimings Timings { get; init; }
    public required ChatLinks Links { get; init; }
}

/// <summary>What intake made of a question.</summary>
public sealed record ChatPlan
{
    [Description("The question as it is answered: screened, translated, with what the conversation adds to it.")]
    public required string Question { get; init; }

    [Description("BCP 47 tag of the language that it was asked in; 'und' where nobody could tell.")]
    public required string Language { get; init; }

    [Description("Who planned: a model's name, or 'rules'.")]
    public required string By { get; init; }

    [Description("What was looked for in the documents, and on the web, wave by wave: a second one when the first found nothing good enough.")]
    public required IReadOnlyList<ChatWave> Waves { get; init; }
}

public sealed record ChatWave(IReadOnlyList<string> DocumentQueries, IReadOnlyList<string> WebQueries);

/// <summary>A page of jobs, newest first.</summary>
/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; null on the last.</param>
public sealed record ChatJobList(IReadOnlyList<ChatJob> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}

public sealed record ChatAnswer
{
    [Description("The answer, with markers such as [1] that name its citations.")]
    public required string Text { get; init; }

    [Description("BCP 47 language tag of the text; 'und' where nobody could tell.")]
    public required string Language { get; init; }

    [Description("What wrote it: a model's name, or 'offline-extractive' when no model is configured.")]
    public required string Model { get; init; }
    public required IReadOnlyList<Citation> Citations { get; init; }

    [Description(
        "How well the cited sources fit the question and bear the answer, 0 to 1; 0 where nothing is cited. A comparison, not a probability.")]
    public double Confidence { get; init; }

    [Description("Questions that may come next.")]
    public IReadOnlyList<string> FollowUps { get; init; } = [];

    [Description("True when the model's answer was too long, and ends with what fitted.")]
    public bool Truncated { get; init; }

    [Description("Citations that the model gave and that were dropped, because they do not stand in their source.")]
    public int DroppedCitations { get; init; }
}

/// <summary>What a marker in the answer stands for: a passage of a document, or a web page.</summary>
public sealed record Citation
{
    [Description("The number in the answer's [n].")]
    public required int Marker { get; init; }

    [Description("'document' or 'web'.")]
    public required string Kind { get; init; }
    public Guid? DocumentId { get; init; }
    public required string Title { get; init; }

    [Description("Page of the document, from 1; null where the format has no pages.")]
    public int? Page { get; init; }
    public Guid? PassageId { get; init; }

    [Description("Text that stands in the source, word for word.")]
    public required string Quote { get; init; }
    public string? Url { get; init; }

    [Description("The document as it was uploaded, at its page; 404 'original_not_kept' where it is not kept. Null for a web page.")]
    public string? Link { get; init; }

    [Description("How well the source fits the question; comparable within one answer only.")]
    public required double Score { get; init; }
}

/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">One sentence, for people.</param>
public sealed record ChatError(string Code, string Message);

/// <summary>An end that a replay took back.</summary>
public sealed record EarlierEnd(JobStatus Status, int Attempt, DateTimeOffset FinishedAt, ChatError Error);

/// <summary>Milliseconds spent per part of the road, since acceptance or the last replay, on the database's clock; null for a part not reached or not
/// left yet.</summary>
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
