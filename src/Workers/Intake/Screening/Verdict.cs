using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Workers.Intake.Screening;

/// <summary>May this question be answered? Pass, pass with changes, or no.</summary>
/// <param name="Question">What goes on, cleaned; null when it does not.</param>
/// <param name="Notes">What was changed or could not be looked at, for the job's <c>degraded</c>.</param>
/// <param name="Error">Why not, in words that its author may read; null when it passes.</param>
/// <param name="Status">How the job ends when it does not pass: refused for good, or failed and replayable where nobody could tell.</param>
internal sealed record Verdict(string? Question, IReadOnlyList<string> Notes, ChatError? Error = null, JobStatus Status = JobStatus.Refused)
{
    /// <summary>A model has something against it.</summary>
    public static readonly Verdict Flagged =
        Refuse(ErrorCode.QuestionFlagged, "The question was found to be harmful or abusive, and is not answered. It can be asked in other words.");

    public static Verdict Pass(string question) => new(question, []);

    public static Verdict Change(string question, string note) => new(question, [note]);

    public static Verdict Refuse(string code, string message) => new(null, [], new ChatError(code, message));

    public static Verdict Unknown(string code, string message) => new(null, [], new ChatError(code, message), JobStatus.Failed);
}
