using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Intake.Translation;

/// <summary>A question in the working language, with its original language.</summary>
/// <param name="Language">BCP 47 tag of the original language, which is also the language of the answer.</param>
/// <param name="IsTranslated">True if the question was translated.</param>
/// <param name="Degraded">What could not be done; empty if nothing is missing.</param>
internal sealed record Translated(string Question, string Language, bool IsTranslated, IReadOnlyList<string> Degraded);

/// <summary>
/// Translates a question into the working language and an answer back. If no translator is configured or all fail, the text stays as it is
/// and the job's <c>degraded</c> says so.
/// </summary>
/// <param name="models">Null: languages are detected, but nothing is translated.</param>
internal sealed class Translator(LivePolicy policy, TranslationModels? models = null)
{
    /// <summary>The language that the rules are made for: small words, stems and kinds of questions.</summary>
    public const string Working = "en";

    /// <summary>Maximum length in characters. A longer text is not translated.</summary>
    public const int MaxLength = 5_000;

    public bool AsksModels => models is not null;

    /// <param name="language">The language that the caller gave; null to detect it.</param>
    public async Task<Translated> TranslateIn(string question, string? language, TimeSpan left, CancellationToken token)
    {
        var spoken = language ?? LanguageDetector.Of(question);
        if (spoken == LanguageDetector.Undetermined || IsWorking(spoken))
            return new Translated(question, spoken, false, []);
        var (text, why) = await Translate(question, spoken, Working, left, token);
        return text is not null
            ? new Translated(text, spoken, true, [])
            : new Translated(question, spoken, false, [$"translation: {why}; the search used the question's original language ({spoken})"]);
    }

    /// <returns>The answer in the language of its question; or null and the reason.</returns>
    public async Task<(string? Text, string? Degraded)> TranslateOut(string answer, string language, TimeSpan left, CancellationToken token)
    {
        var (text, why) = await Translate(answer, Working, language, left, token);
        return (text, text is null ? $"translation: {why}; the answer is in English" : null);
    }

    public static bool IsWorking(string language) => language.Split('-')[0] == Working;

    private async Task<(string? Text, string? Why)> Translate(string text, string from, string to, TimeSpan left, CancellationToken token)
    {
        if (models is null)
            return (null, "no translator is configured");
        if (text.Length > MaxLength)
            return (null, $"the text is longer than {MaxLength} characters");
        var within = policy.Now.Intake.Translate < left ? policy.Now.Intake.Translate : left;
        try
        {
            return (await models.Translate(text, from, to, within, token), null);
        }
        catch (UpstreamException error)
        {
            NavigatorMeter.FellBack("translation", error.Kind);
            return (null, $"every translator failed ({error.Reason})");
        }
    }
}
