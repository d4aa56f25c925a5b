namespace Navigator.Workers.Intake.Translation;

/// <summary>The question in the language that the rest of the road works in, and where it came from.</summary>
/// <param name="Language">BCP 47 tag that the answer should be in.</param>
public sealed record Translated(string Question, string Language);

/// <summary>
/// Brings a question into the road's language. Its rule form passes the text through as English: no translation model is
/// configured, so nothing is claimed about the language.
/// </summary>
internal sealed class Translator
{
    /// <summary>Language of questions, documents and answers where nobody says otherwise.</summary>
    public const string WorkingLanguage = "en";

    public Task<Translated> TranslateIn(string question, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return Task.FromResult(new Translated(question, WorkingLanguage));
    }
}
