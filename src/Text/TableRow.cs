using System.Text.RegularExpressions;

namespace Navigator.Text;

/// <summary>A table row in the text of a document: one line, with " | " between its cells.</summary>
public static partial class TableRow
{
    /// <summary>What stands between two cells.</summary>
    public const string Separator = " | ";

    /// <summary>A heading of a two-column table tells nothing if it is longer: "What you must pay when you get these services".</summary>
    private const int HeadingLength = 30;

    public static bool IsRow(ReadOnlySpan<char> line) => line.Contains(Separator, StringComparison.Ordinal);

    /// <summary>
    /// A row with figures is no row of headings. In a table of three columns or more, "Tier 1" is the name of a column.
    /// </summary>
    public static bool CanBeHeadings(string row) =>
        !HasFigure(row) || (Cells(row) is { Length: > 2 } cells && Array.TrueForAll(cells, cell => !HasFigure(cell) || NumberedName().IsMatch(cell)));

    /// <summary>True if these headings tell the cells of a row apart.</summary>
    public static bool AreUseful(IReadOnlyList<string> headings, int cells) =>
        headings.Count == cells && (cells > 2 || headings[^1].Length <= HeadingLength);

    /// <summary>The cells of a row, without the spaces around them.</summary>
    public static string[] Cells(string row) => row.Split('|', StringSplitOptions.TrimEntries);

    private static bool HasFigure(string text) => text.Any(char.IsDigit);

    [GeneratedRegex(@"^(?:tier|level|option|plan|group|class|zone) [0-9]{1,2}\z", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex NumberedName();
}
