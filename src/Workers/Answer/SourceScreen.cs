using System.Text;
using Navigator.Runtime;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Text;
using Navigator.Workers.Intake.Screening;

namespace Navigator.Workers.Answer;

/// <summary>
/// Screens sources as questions are screened. Documents and web pages are data, so a sentence that instructs the model is left out.
/// </summary>
internal sealed class SourceScreen(MeaningScreen meaning)
{
    /// <summary>The sources as they may be read, in the same order.</summary>
    public async Task<IReadOnlyList<Source>> Screened(string tenant, IReadOnlyList<Source> sources, CancellationToken token)
    {
        var ruled = sources.Select(source => Screen(source.Text)).ToList();
        var read = await ByMeaning(tenant, [.. ruled.Select(text => text.SanitizedText)], token);
        return
        [
            .. sources.Select((source, i) => source with
            {
                SanitizedText = read[i].Text,
                IsScreened = ruled[i].IsScreened || read[i].LeftOut > 0,
            }),
        ];
    }

    /// <summary>The rules.</summary>
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

    /// <summary>If the embedding model fails or is late, the rules have decided alone.</summary>
    private async Task<IReadOnlyList<ScreenedText>> ByMeaning(string tenant, IReadOnlyList<string> texts, CancellationToken token)
    {
        if (meaning.IsAvailable)
        {
            try
            {
                return await meaning.Sources(tenant, texts, token);
            }
            catch (UpstreamException error)
            {
                NavigatorMeter.FellBack("screening", error.Kind);
            }
        }
        return [.. texts.Select(text => new ScreenedText(text, 0))];
    }
}
