using System.Text;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>
/// Passages that follow one another in a section, as one text: a sentence that goes on, a row and the headings of its table are read and quoted
/// together, and what a passage repeats of the one before is read once.
/// </summary>
/// <param name="Best">The passage that was found first.</param>
/// <param name="Text">The texts of all passages, in the order of the document.</param>
/// <param name="Parts">Where the text of each passage begins, in ascending order.</param>
internal sealed record JoinedPassages(CitedPassage Best, string Text, IReadOnlyList<(int Start, Guid PassageId)> Parts)
{
    /// <summary>Shorter ends that happen to be alike are not a repetition.</summary>
    private const int LeastRepeated = 12;

    /// <param name="ranked">Best first.</param>
    /// <returns>In the order of their best passages.</returns>
    public static IReadOnlyList<JoinedPassages> Of(IReadOnlyList<CitedPassage> ranked)
    {
        var rank = ranked.Select((cited, i) => (cited.Passage.Id, i)).ToDictionary();
        var runs = new List<List<CitedPassage>>();
        foreach (var next in ranked.OrderBy(cited => cited.Passage.DocumentId).ThenBy(cited => cited.Passage.Ordinal))
        {
            if (runs.Count > 0 && Continues(runs[^1][^1], next))
                runs[^1].Add(next);
            else
                runs.Add([next]);
        }
        return [.. runs.Select(run => Join(run, rank)).OrderBy(joined => rank[joined.Best.Passage.Id])];
    }

    private static bool Continues(CitedPassage before, CitedPassage next) =>
        before.Passage.DocumentId == next.Passage.DocumentId && before.Passage.Ordinal + 1 == next.Passage.Ordinal
        && before.Passage.Page == next.Passage.Page && before.Passage.Headings.SequenceEqual(next.Passage.Headings, StringComparer.Ordinal);

    private static JoinedPassages Join(List<CitedPassage> run, Dictionary<Guid, int> rank)
    {
        var text = new StringBuilder(run[0].Passage.Text);
        var parts = new List<(int, Guid)> { (0, run[0].Passage.Id) };
        foreach (var (before, next) in run.Zip(run.Skip(1)))
        {
            var added = next.Passage.Text[Repeated(before.Passage.Text, next.Passage.Text)..].TrimStart();
            if (added.Length > 0)
                text.Append('\n');
            parts.Add((text.Length, next.Passage.Id));
            text.Append(added);
        }
        return new JoinedPassages(run.MinBy(cited => rank[cited.Passage.Id])!, text.ToString(), parts);
    }

    /// <summary>Characters at the start of a passage that are the end of the one before.</summary>
    private static int Repeated(string before, string next)
    {
        for (var length = Math.Min(before.Length, next.Length); length >= LeastRepeated; length--)
        {
            if ((length == next.Length || char.IsWhiteSpace(next[length]))
                && before.AsSpan().EndsWith(next.AsSpan(0, length), StringComparison.Ordinal))
                return length;
        }
        return 0;
    }
}
