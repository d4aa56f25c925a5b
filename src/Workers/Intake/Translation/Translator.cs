namespace Navigator.Workers.Intake.Translation;

/// <summary>The question in the language that the rest of the road works in, and where it came from.</summary>
/// <param name="Language">BCP 47 tag of the language that it was asked in, and that the answer should be in.</param>
public sealed record Translated(string Question, string Language);

/// <summary>
/// Brings a question into the language that the rest of the road works in. Its rule form passes the text through and claims
/// nothing about the language.
/// </summary>
internal sealed class Translator
{
    /// <summary>BCP 47 for "undetermined".</summary>
    public const string Undetermined = "und";

    public Task<Translated> TranslateIn(string question, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return Task.FromResult(new Translated(question, Undetermined));
    }
}
