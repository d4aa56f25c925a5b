using System.Globalization;
using System.Text;
using Navigator.Contracts.Http;

namespace Navigator.Workers.Intake.Screening;

/// <summary>May this question be answered?</summary>
/// <param name="Question">What goes on, cleaned; null when refused.</param>
/// <param name="Refusal">Why not, in words that its author may read; null when it passes.</param>
public sealed record Verdict(string? Question, ChatError? Refusal)
{
    public static Verdict Pass(string question) => new(question, null);

    public static Verdict Refuse(string code, string message) => new(null, new ChatError(code, message));
}

/// <summary>Rule form of screening: size and control characters. What is invisible is removed; what is left must be a question.</summary>
internal sealed class Screener
{
    public Task<Verdict> Screen(string question, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var cleaned = Clean(question);
        return Task.FromResult(cleaned switch
        {
            "" => Verdict.Refuse("question_not_readable", "The question holds no readable text."),
            { Length: > ChatJobRequest.MaxQuestionLength } =>
                Verdict.Refuse("question_too_long", $"The question is longer than {ChatJobRequest.MaxQuestionLength} characters."),
            _ => Verdict.Pass(cleaned),
        });
    }

    private static string Clean(string question)
    {
        var cleaned = new StringBuilder(question.Length);
        foreach (var rune in question.EnumerateRunes())
        {
            var keep = Rune.GetUnicodeCategory(rune) switch
            {
                // Line breaks and tabs are layout; other control characters mean nothing in a question.
                UnicodeCategory.Control => rune.Value is '\n' or '\t',
                // Joiners shape letters of several scripts and emoji; other format characters (bidirectional overrides,
                // zero-width spaces, tags) hide text from the reader.
                UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,
                UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => false,
                _ => true,
            };
            if (keep)
                cleaned.Append(rune.ToString());
        }
        return cleaned.ToString().Trim();
    }
}
