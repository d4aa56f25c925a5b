using System.Globalization;
using Navigator.Api.Documents;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>A row of the ledger as its owner sees it.</summary>
internal static class ChatJobs
{
    public const string Route = "/v1/chat/jobs";

    public static ChatJob ToHttp(this Job job) => new()
    {
        Id = job.Id,
        Status = job.Status,
        Stage = job.Stage,
        CreatedAt = job.AcceptedAt,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        DeadlineAt = job.DeadlineAt,
        Attempt = job.Attempt,
        ConversationId = job.ConversationId,
        Question = job.Question,
        Plan = job.Plan is { } plan ? ToHttp(plan) : null,
        Answer = job.Answer is { } answer ? ToHttp(answer) : null,
        Degraded = job.Degraded,
        Error = job.Error,
        EarlierEnds = [.. job.EarlierEnds.Select(ToHttp)],
        TraceId = NavigatorTrace.IdOf(job),
        Timings = new ChatTimings
        {
            QueueMs = Between(job.QueuedAt, job.StartedAt),
            IntakeMs = Between(job.StartedAt, job.ToolsAt),
            ToolsMs = job.Plan?.Tools().Count > 0 ? Between(job.ToolsAt, job.AnswerAt) : null,
            DocumentsMs = job.Results.Of<DocumentsResult>(Tool.Documents)?.ElapsedMs,
            WebSearchMs = job.Results.Of<WebSearchResult>(Tool.WebSearch)?.ElapsedMs,
            AnswerMs = job.Status == JobStatus.Answered ? Between(job.AnswerAt, job.FinishedAt) : null,
            TotalMs = Between(job.QueuedAt, job.FinishedAt),
        },
        Links = new ChatLinks($"{Route}/{job.Id}", $"{Route}/{job.Id}/events", $"{Route}/{job.Id}"),
    };

    private static ChatPlan ToHttp(JobPlan plan) => new()
    {
        Question = plan.Question,
        Language = plan.Language,
        By = plan.By,
        Waves =
        [
            ToHttp(plan.First),
            .. plan is { Wave: 2, Second: { } second } ? [ToHttp(second)] : Array.Empty<ChatWave>(),
        ],
    };

    private static ChatWave ToHttp(WaveQueries wave) => new(wave.Of(Tool.Documents), wave.Of(Tool.WebSearch));

    private static ChatAnswer ToHttp(JobAnswer answer) => new()
    {
        Text = answer.Text,
        Language = answer.Language,
        Model = answer.Model,
        Citations = [.. answer.Citations.Select(ToHttp)],
        Confidence = answer.Confidence,
        FollowUps = answer.FollowUps,
        Truncated = answer.Truncated,
        DroppedCitations = answer.DroppedCitations,
    };

    private static Citation ToHttp(JobCitation citation) => new()
    {
        Marker = citation.Marker,
        Kind = citation.Kind,
        DocumentId = citation.DocumentId,
        Title = citation.Title,
        Page = citation.Page,
        PassageId = citation.PassageId,
        Quote = citation.Quote,
        Url = citation.Url,
        Link = citation.DocumentId is { } document ? LinkTo(document, citation.Page) : null,
        Score = citation.Score,
    };

    /// <summary>Only PDFs have pages. Viewers open the page in the fragment.</summary>
    private static string LinkTo(Guid document, int? page) =>
        DocumentEndpoints.OriginalOf(document) + (page is { } number ? string.Create(CultureInfo.InvariantCulture, $"#page={number}") : "");

    private static EarlierEnd ToHttp(JobEnd end) => new(end.Status, end.Attempt, end.FinishedAt, new ChatError(end.Error.Code, end.Error.Message));

    /// <summary>Returns the job as its first response showed it. All of that is still in the row.</summary>
    public static Job AsAccepted(this Job job) => new()
    {
        Id = job.Id,
        Tenant = job.Tenant,
        ConversationId = job.ConversationId,
        Question = job.Question,
        Options = job.Options,
        Status = JobStatus.Queued,
        Stage = JobStage.Intake,
        Attempt = 1,
        Version = 1,
        AcceptedAt = job.AcceptedAt,
        QueuedAt = job.AcceptedAt,
        DeadlineAt = job.AcceptedAt + (job.DeadlineAt - job.QueuedAt),
        Now = job.Now,
    };

    private static long? Between(DateTimeOffset? from, DateTimeOffset? to) => (long?)(to - from)?.TotalMilliseconds;
}
