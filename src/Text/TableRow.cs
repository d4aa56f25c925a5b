namespace Navigator.Text;

/// <summary>A table row in the text of a document: one line, with " | " between its cells.</summary>
public static class TableRow
{
    /// <summary>What stands between two cells.</summary>
    public const string Separator = " | ";

    /// <summary>A heading of a two-column table tells nothing if it is longer: "What you must pay when you get these services".</summary>
    private const int HeadingLength = 30;

    public static bool IsRow(ReadOnlySpan<char> line) => line.Contains(Separator, StringComparison.Ordinal);

    /// <summary>A row with a figure is no row of headings.</summary>
    public static bool CanBeHeadings(ReadOnlySpan<char> row) => !row.ContainsAnyInRange('0', '9');

    /// <summary>True if these headings tell the cells of a row apart.</summary>
    public static bool AreUseful(IReadOnlyList<string> headings, int cells) =>
        headings.Count == cells && (cells > 2 || headings[^1].Length <= HeadingLength);

    /// <summary>The cells of a row, without the spaces around them.</summary>
    public static string[] Cells(string row) => row.Split('|', StringSplitOptions.TrimEntries);
}
