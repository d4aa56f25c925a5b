using System.Text.RegularExpressions;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>
/// Reads pages that pdftotext or src/PdfText laid out with spaces into blocks. Separates side-by-side columns, so that a table row reads "what
/// | how much" and not across the page. Joins wrapped lines, finds headings, and drops running headers and tables of contents.
/// </summary>
internal static partial class PageLayout
{
    /// <summary>Minimum number of spaces between columns. Justified text has fewer.</summary>
    private const int Gutter = 3;

    public static ExtractedText Read(IReadOnlyList<string> pages)
    {
        var running = RunningLines(pages);
        var blocks = new List<TextBlock>();
        for (var page = 0; page < pages.Count; page++)
        {
            var lines = Lines(pages[page]).Where(line => !running.Contains(Shape(line)) && !ContentsEntry().IsMatch(line)).ToList();
            blocks.AddRange(Blocks(lines).Select(text => Classify(text, page + 1)));
        }
        return new ExtractedText(pages.Count, blocks);
    }

    /// <summary>Reads text without pages.</summary>
    public static ExtractedText ReadPlain(string text) =>
        new(null, [.. Blocks(Lines(text.Replace('\f', '\n'))).Select(block => Classify(block, null))]);

    private static List<string> Lines(string text) =>
        [.. text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Replace("\t", "    ", StringComparison.Ordinal).TrimEnd())];

    /// <summary>Headers and footers: lines that are at the top or bottom of a third of all pages, page numbers aside.</summary>
    private static HashSet<string> RunningLines(IReadOnlyList<string> pages)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var page in pages)
        {
            var lines = Lines(page).Where(line => line.Length > 0).ToList();
            foreach (var shape in lines.Take(2).Concat(lines.TakeLast(2)).Select(Shape).Distinct(StringComparer.Ordinal))
                counts[shape] = counts.GetValueOrDefault(shape) + 1;
        }
        return [.. counts.Where(count => count.Value >= 4 && count.Value * 3 >= pages.Count).Select(count => count.Key)];
    }

    private static string Shape(string line) => string.Join(' ', Digits().Replace(line, "#").Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Splits lines at blank lines. Side-by-side columns follow one after the other.</summary>
    private static IEnumerable<string> Blocks(List<string> lines)
    {
        var column = RightColumn(lines);
        var left = new List<string>();
        var right = new List<string>();
        foreach (var line in lines.Append(""))
        {
            if (line.Length > 0)
            {
                var cut = CutAt(line, column);
                Add(left, line[..cut]);
                Add(right, line[cut..]);
                continue;
            }
            if (left.Count + right.Count > 0)
                yield return Join(left, right);
            left.Clear();
            right.Clear();
        }

        static void Add(List<string> lines, string part)
        {
            if (!string.IsNullOrWhiteSpace(part))
                lines.Add(part.Trim());
        }
    }

    /// <summary>Returns the start of the right-hand column, where most lines continue after a gutter; int.MaxValue without one.</summary>
    private static int RightColumn(List<string> lines)
    {
        var starts = lines.Select(line => LastGutter(line)).Where(start => start > 0).GroupBy(start => start)
            .Select(group => (Start: group.Key, Lines: group.Count())).ToList();
        var best = starts.Select(entry =>
            (entry.Start, Lines: starts.Where(other => Math.Abs(other.Start - entry.Start) <= 1).Sum(other => other.Lines)))
            .OrderByDescending(entry => entry.Lines).FirstOrDefault();
        return best.Lines >= 3 ? best.Start - 1 : int.MaxValue;
    }

    /// <summary>Returns where the text after a line's last gutter begins; 0 if there is none. A deep indentation counts as a gutter.</summary>
    private static int LastGutter(string line)
    {
        var gap = line.LastIndexOf(new string(' ', Gutter), StringComparison.Ordinal);
        return gap < 0 || gap + Gutter < 24 ? 0 : gap + Gutter;
    }

    private static int CutAt(string line, int column)
    {
        if (column >= line.Length)
            return line.Length;
        // The gap must end at the column. Text that crosses the column with single spaces belongs to one block.
        var start = column;
        while (start < line.Length && line[start] == ' ')
            start++;
        return start - column <= 3 && line[start - 1] == ' ' && line[start - 2] == ' ' ? column : line.Length;
    }

    private static string Join(List<string> left, List<string> right)
    {
        if (left.Count == 0 || right.Count == 0)
            return Unwrap(left.Count == 0 ? right : left);
        // A title such as "Ambulance services" above its description belongs to the text in the other column.
        if (left.Count > 1 && IsTitle(left[0]) && left[0].Length * 4 <= left.Max(line => line.Length) * 3)
            return $"{left[0]} | {Unwrap(right)}\n{Unwrap(left[1..])}";
        var (what, which) = (Unwrap(left), Unwrap(right));
        return NumberedHeading().IsMatch(what) ? $"{what} {which}" : $"{what} | {which}";
    }

    /// <summary>Joins wrapped lines. A bullet begins a new line.</summary>
    private static string Unwrap(List<string> lines)
    {
        var text = new System.Text.StringBuilder();
        foreach (var line in lines)
        {
            var part = Spaces().Replace(line, " ");
            if (text.Length == 0)
                text.Append(part);
            else if (Bullet().IsMatch(part))
                text.Append('\n').Append(part);
            else if (text[^1] == '-' && text.Length > 1 && char.IsLetter(text[^2]) && char.IsLower(part[0]))
                text.Append(part);
            else
                text.Append(' ').Append(part);
        }
        return text.ToString();
    }

    private static TextBlock Classify(string text, int? page)
    {
        var level = text.Length > 160 || text.Contains('\n', StringComparison.Ordinal) ? 0
            : NumberedHeading().Match(text) is { Success: true } numbered ? LevelOf(numbered)
            : IsTitle(text) ? 4
            : 0;
        return new TextBlock(text, level, page);
    }

    private static int LevelOf(Match numbered) => numbered.Groups["word"].ValueSpan switch
    {
        var word when word.Equals("chapter", StringComparison.OrdinalIgnoreCase) || word.Equals("part", StringComparison.OrdinalIgnoreCase) => 1,
        _ => numbered.Groups["number"].ValueSpan.Contains('.') ? 3 : 2,
    };

    /// <summary>True for a single short line that begins like a sentence and does not end like one.</summary>
    private static bool IsTitle(string text) =>
        text.Length is >= 4 and <= 80 && char.IsUpper(text[0]) && !text.Contains('|', StringComparison.Ordinal)
        && text[^1] is not ('.' or ',' or ';' or ':' or '!' or '?') && !char.IsDigit(text[^1]) && text.Count(char.IsLetter) * 3 >= text.Length * 2;

    [GeneratedRegex("[0-9]+", RegexOptions.None, 10_000)]
    private static partial Regex Digits();

    [GeneratedRegex("[ \u00A0]+", RegexOptions.None, 10_000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"(\.\s?){6,}\s*[0-9ivx]+\s*$", RegexOptions.None, 10_000)]
    private static partial Regex ContentsEntry();

    [GeneratedRegex(@"^[•●○▪■◦‣*–—-]\s", RegexOptions.None, 10_000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"^(?:(?<word>chapter|section|article|part|appendix)\s+(?<number>[0-9]+(?:\.[0-9]+)*|[IVX]+|[A-Z])\b"
        + @"|(?<word>)(?<number>[0-9]+(?:\.[0-9]+)*)\.?\s+(?=[A-Z]))", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex NumberedHeading();
}
