namespace Navigator.Workers.Intake.Translation;

/// <summary>The question in the language that the rest of the road works in, and where it came from.</summary>
/// <param name="Language">BCP 47 tag of the language that it was asked in, and that the answer should be in.</param>
/// <param name="Degraded">What could not be done; empty when nothing was missing.</param>
public sealed record Translated(string Question, string Language, IReadOnlyList<string> Degraded);

/// <summary>
/// Brings a question into the language that the rest of the road works in. Its rule form tells the language and passes the text
/// through: the documents are searched in the words of the question, and the job says so.
/// </summary>
internal sealed class Translator
{
    /// <summary>What the offline forms are made for: small words, stems and kinds of questions.</summary>
    private const string Working = "en";

    /// <param name="language">As its author says; null to find out.</param>
    public Task<Translated> TranslateIn(string question, string? language, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var spoken = language ?? LanguageDetector.Of(question);
        var foreign = spoken != LanguageDetector.Undetermined && spoken.Split('-')[0] != Working;
        return Task.FromResult(new Translated(question, spoken, foreign ? [$"translation: no translator is configured; the question was searched for in its own words ({spoken})"] : []));
    }
}
