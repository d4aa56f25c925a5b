using System.Text;
using Navigator.Runtime.Tools;
using Navigator.Text;
using Navigator.Workers.Intake.Screening;

namespace Navigator.Workers.Answer;

/// <summary>
/// Screens sources as questions are screened. Documents and web pages are data, so a sentence that instructs the model is left out.
/// </summary>
internal static class SourceScreen
{
    /// <summary>The source as it may be read.</summary>
    public static Source Screened(this Source source)
    {
        var (readable, screened) = Screen(source.Text);
        return source with { SanitizedText = readable, IsScreened = screened };
    }

    /// <returns>The text for the answerer, and whether a part of it was left out.</returns>
    public static (string SanitizedText, bool IsScreened) Screen(string text)
    {
        var seen = HiddenText.Remove(text);
        if (!Instructions.IsIn(seen))
            return (seen, false);
        var readable = new StringBuilder(seen.Length);
        foreach (var sentence in Sentences.Of(seen))
        {
            if (!Instructions.IsIn(seen[sentence]))
                readable.Append(seen[sentence]);
        }
        // The instruction is spread over several sentences and cannot be located, so the whole text is left out.
        return (Instructions.IsIn(readable.ToString()) ? "" : readable.ToString().Trim(), true);
    }
}
