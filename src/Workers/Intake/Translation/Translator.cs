using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Intake.Translation;

/// <summary>A question in the language that the rest of the road works in, and where it came from.</summary>
/// <param name="Language">BCP 47 tag of the language that it was asked in, and that the answer should be in.</param>
/// <param name="IsTranslated">It is no longer in its own words.</param>
/// <param name="Degraded">What could not be done; empty when nothing was missing.</param>
internal sealed record Translated(string Question, string Language, bool IsTranslated, IReadOnlyList<string> Degraded);

/// <summary>
/// Brings a question into the language that the rest of the road works in, and an answer back. Where nobody translates, or not in
/// time, both stay as they are and the job says so.
/// </summary>
/// <param name="models">Null: languages are told, and nobody translates.</param>
internal sealed class Translator(LivePolicy policy, TranslationModels? models = null)
{
    /// <summary>What the rules are made for: small words, stems and kinds of questions.</summary>
    public const string Working = "en";

    /// <summary>In characters; a longer text stays as it is.</summary>
    public const int MaxLength = 5_000;

    public bool AsksModels => models is not null;

    /// <param name="language">As its author says; null to find out.</param>
    public async Task<Translated> TranslateIn(string question, string? language, TimeSpan left, CancellationToken token)
    {
        var spoken = language ?? LanguageDetector.Of(question);
        if (spoken == LanguageDetector.Undetermined || IsWorking(spoken))
            return new Translated(question, spoken, false, []);
        var (text, why) = await Translate(question, spoken, Working, left, token);
        return text is not null
            ? new Translated(text, spoken, true, [])
            : new Translated(question, spoken, false, [$"translation: {why}; the question was searched for in its own words ({spoken})"]);
    }

    /// <returns>The answer in the language of its question; or null, and why not.</returns>
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
            return (null, $"no translator helped ({error.Reason})");
        }
    }
}
