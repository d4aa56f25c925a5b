using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Workers.Intake.Screening;

/// <summary>The result of screening: pass, pass with changes, or refuse.</summary>
/// <param name="Question">The cleaned question; null if it was refused.</param>
/// <param name="Notes">What was changed or could not be checked, for the job's <c>degraded</c>.</param>
/// <param name="Error">The reason for a refusal, in words that the caller may read; null if the question passes.</param>
/// <param name="Status">The job's end if the question does not pass: refused, or failed and replayable if screening itself failed.</param>
internal sealed record Verdict(string? Question, IReadOnlyList<string> Notes, ChatError? Error = null, JobStatus Status = JobStatus.Refused)
{
    private const string LeftOut = "screening: a part of the question that instructs the assistant was left out";

    /// <summary>True if a part of the question was left out because it instructs the assistant.</summary>
    public bool IsCut { get; private init; }

    /// <summary>The verdict on a question that the moderation model flagged.</summary>
    public static readonly Verdict Flagged =
        Refuse(ErrorCode.QuestionFlagged, "The question was found to be harmful or abusive, and is not answered. It can be asked in other words.");

    public static Verdict Pass(string question) => new(question, []);

    public static Verdict Change(string question, string note) => new(question, [note]);

    /// <summary>The same verdict on what is left without the part that instructs the assistant.</summary>
    public Verdict Cut(string rest) => this with { Question = rest, IsCut = true, Notes = IsCut ? Notes : [.. Notes, LeftOut] };

    public static Verdict Refuse(string code, string message) => new(null, [], new ChatError(code, message));

    public static Verdict Unknown(string code, string message) => new(null, [], new ChatError(code, message), JobStatus.Failed);
}
