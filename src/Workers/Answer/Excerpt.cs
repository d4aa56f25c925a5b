using System.Text.RegularExpressions;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>The part of a source that matches a question best, in readable form.</summary>
/// <param name="IsRow">True for a table row that is written with the table's headings and is therefore not a literal quote.</param>
internal readonly record struct Excerpt(string Text, double Score, bool IsRow)
{
    /// <summary>Maximum length in characters.</summary>
    private const int MaxLength = 420;

    /// <summary>Bonus for the expected answer type. It equals the weight of a word that half of the sources contain.</summary>
    private const double AskedBonus = 0.3;

    /// <summary>Prefers earlier text among equals, because documents state the main point first.</summary>
    private const double PositionBonus = 0.01;

    private const string Cell = " | ";

    /// <summary>
    /// Returns the run of sentences that covers most of the question, with as many neighbouring sentences as fit. A single sentence ("For a
    /// family it is $1,500.") can mislead.
    /// </summary>
    /// <param name="weights">The weight of each word of the question.</param>
    /// <param name="asked">Pattern of the expected answer type; null if the question does not imply one.</param>
    public static Excerpt Best(string text, IReadOnlyDictionary<string, double> weights, Regex? asked)
    {
        var sentences = Sentences.Of(text);
        var terms = sentences.Select(sentence => Terms.Of(text[sentence]).Where(weights.ContainsKey).ToHashSet(StringComparer.Ordinal)).ToList();
        var (bestFirst, bestLast, bestScore) = (0, 0, 0.0);
        for (var first = 0; first < sentences.Count; first++)
        {
            var covered = new HashSet<string>(StringComparer.Ordinal);
            for (var last = first; last < sentences.Count
                && (last == first || (BelongTogether(last - 1) && Length(first, last) <= MaxLength)); last++)
            {
                covered.UnionWith(terms[last]);
                // Each further sentence costs a little, so a longer run must cover more of the question.
                var score = covered.Sum(word => weights[word]) - 0.02 * (last - first);
                if (score <= 0)
                    continue;
                score += PositionBonus * (1 - first / (double)sentences.Count);
                if (asked?.IsMatch(text[sentences[first].Start..sentences[last].End]) == true)
                    score += AskedBonus;
                if (score > bestScore)
                    (bestFirst, bestLast, bestScore) = (first, last, score);
            }
        }
        if (bestScore <= 0)
            return default;
        // A row with whole paragraphs in its cells is quoted like other text.
        if (IsRow(sentences[bestFirst]) && OnOneLine(Read(text, LineAt(text, sentences[bestFirst].Start.Value))) is { Length: <= MaxLength } row)
            return new Excerpt(row, bestScore, true);
        while (bestFirst > 0 && BelongTogether(bestFirst - 1) && Length(bestFirst - 1, bestLast) <= MaxLength)
            bestFirst--;
        while (bestLast < sentences.Count - 1 && BelongTogether(bestLast) && Length(bestFirst, bestLast + 1) <= MaxLength)
            bestLast++;
        var run = OnOneLine(text[sentences[bestFirst].Start..sentences[bestLast].End]);
        return new Excerpt(run.Length <= MaxLength ? run : run[..MaxLength] + "…", bestScore, false);

        int Length(int first, int last) => sentences[last].End.Value - sentences[first].Start.Value;

        // A table row is quoted alone, because the neighbouring rows are about something else.
        bool BelongTogether(int sentence) =>
            text[sentences[sentence].End.Value - 1] != '\n' || (!IsRow(sentences[sentence]) && !IsRow(sentences[sentence + 1]));

        bool IsRow(Range sentence) => text[LineAt(text, sentence.Start.Value)].Contains(Cell, StringComparison.Ordinal);
    }

    /// <summary>Reads "Ambulance ride | $180" under "Service | Cost" as: Ambulance ride, Cost: $180.</summary>
    private static string Read(string text, Range line)
    {
        var cells = Cells(text[line]);
        var header = Header(text, line, cells.Length);
        var parts = cells.Skip(1).Select((cell, i) => header is null || header[i + 1].Length == 0 ? cell : $"{header[i + 1]}: {cell}")
            .Where((_, i) => cells[i + 1].Length > 0);
        return string.Join(", ", parts.Prepend(cells[0]).Where(part => part.Length > 0));
    }

    /// <summary>Returns the table's first row if it has the same number of cells and contains headings; else null.</summary>
    private static string[]? Header(string text, Range row, int cells)
    {
        var top = row;
        while (top.Start.Value > 0 && LineAt(text, top.Start.Value - 1) is var above && text[above].Contains(Cell, StringComparison.Ordinal))
            top = above;
        var header = Cells(text[top]);
        return !top.Equals(row) && header.Length == cells && !text[top].Any(char.IsDigit) ? header : null;
    }

    private static string[] Cells(string row) => [.. row.Split('|').Select(cell => cell.Trim())];

    private static Range LineAt(string text, int place)
    {
        var start = place == 0 ? 0 : text.LastIndexOf('\n', place - 1) + 1;
        var end = text.IndexOf('\n', place);
        return start..(end < 0 ? text.Length : end);
    }

    private static string OnOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
