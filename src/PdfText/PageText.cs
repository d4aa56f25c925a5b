using UglyToad.PdfPig.Content;

namespace Navigator.PdfText;

/// <summary>
/// Converts positioned letters to lines of text. Spaces keep the columns apart, blank lines the paragraphs. The ratios are relative to the
/// letters' size. They were chosen so that the output for the corpus matches that of pdftotext.
/// </summary>
internal static class PageText
{
    /// <summary>A letter whose baseline differs by less is in the same line: superscripts, table cells that are not exactly level.</summary>
    private const double SameLine = 0.4;

    /// <summary>A wider gap is a space, for PDFs that contain no space characters.</summary>
    private const double WordGap = 0.15;

    /// <summary>A wider gap separates columns.</summary>
    private const double ColumnGap = 1.2;

    /// <summary>A larger line distance, as a multiple of the page's usual distance, separates paragraphs.</summary>
    private const double ParagraphGap = 1.5;

    /// <summary>Minimum number of spaces between columns in the output. The worker's page layout relies on it.</summary>
    private const int Gutter = 3;

    /// <summary>Limits the output, because a PDF may place a letter far outside the page.</summary>
    private const int MaxColumn = 400;

    public static void Write(IReadOnlyList<Letter> letters, TextWriter output)
    {
        // Text in each direction is laid out separately: a rotated table, a note along the margin.
        foreach (var direction in letters.GroupBy(letter => letter.TextOrientation).OrderBy(group => group.Key != TextOrientation.Horizontal))
            WriteLines(Lines([.. direction.Select(Glyph.Of)]), output);
    }

    private static List<Line> Lines(List<Glyph> glyphs)
    {
        var lines = new List<Line>();
        var row = new List<Glyph>();
        foreach (var glyph in glyphs.OrderByDescending(glyph => glyph.Y))
        {
            if (row.Count > 0 && row[0].Y - glyph.Y > SameLine * Math.Max(row[0].Size, glyph.Size))
                Flush();
            row.Add(glyph);
        }
        Flush();
        return lines;

        void Flush()
        {
            if (Segments(row) is { Count: > 0 } segments)
                lines.Add(new Line(row[0].Y, row.Max(glyph => glyph.Size), segments));
            row.Clear();
        }
    }

    /// <summary>Returns runs of words without a column gap between them.</summary>
    private static List<Segment> Segments(List<Glyph> row)
    {
        var segments = new List<Segment>();
        Segment? segment = null;
        Glyph? last = null;
        var spaced = false;
        foreach (var glyph in row.OrderBy(glyph => glyph.X))
        {
            if (string.IsNullOrWhiteSpace(glyph.Text))
            {
                spaced = true;
                continue;
            }
            // Some programs print a letter twice, slightly shifted, to make it bold.
            if (last is not null && last.Text == glyph.Text && glyph.X - last.X < 0.1 * glyph.Size)
                continue;
            var gap = last is null ? 0 : (glyph.X - last.End) / Math.Max(last.Size, glyph.Size);
            if (segment is null || gap > ColumnGap)
                segments.Add(segment = new Segment(glyph.X));
            else if (spaced || gap > WordGap)
                segment.Text.Append(' ');
            // A form feed ends a page, so control characters that a malicious font maps letters to are dropped.
            foreach (var character in glyph.Text.Where(character => !char.IsControl(character)))
                segment.Text.Append(character);
            segment.End = glyph.End;
            last = glyph;
            spaced = false;
        }
        return segments;
    }

    private static void WriteLines(List<Line> lines, TextWriter output)
    {
        if (lines.Count == 0)
            return;
        var (left, cell) = (lines.Min(line => line.Segments[0].Start), Cell(lines));
        var usual = UsualGap(lines);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0 && Gap(lines[i - 1], lines[i]) > ParagraphGap * usual)
                output.Write('\n');
            var column = 0;
            foreach (var segment in lines[i].Segments)
            {
                var start = (int)Math.Clamp((segment.Start - left) / cell, 0, MaxColumn);
                start = column == 0 ? start : Math.Max(start, column + Gutter);
                output.Write(new string(' ', start - column));
                output.Write(segment.Text);
                column = start + segment.Text.Length;
            }
            output.Write('\n');
        }
        output.Write('\n');
    }

    /// <summary>
    /// Returns the width of one output character. With it nearly every segment fits into its own width, so that a column begins at the same
    /// character in all lines.
    /// </summary>
    private static double Cell(List<Line> lines)
    {
        var widths = lines.SelectMany(line => line.Segments).Where(segment => segment.Text.Length >= 8 && segment.End > segment.Start)
            .Select(segment => (segment.End - segment.Start) / segment.Text.Length).Order().ToList();
        return widths.Count == 0 ? 5 : Math.Max(widths[widths.Count / 20], 0.5);
    }

    /// <summary>Returns the median line distance, so that text with wide line spacing is not split into paragraphs.</summary>
    private static double UsualGap(List<Line> lines)
    {
        var gaps = lines.Zip(lines.Skip(1), Gap).Order().ToList();
        return gaps.Count == 0 ? 1.2 : Math.Clamp(gaps[gaps.Count / 2], 1.0, 1.4);
    }

    private static double Gap(Line above, Line below) => (above.Y - below.Y) / Math.Max(Math.Max(above.Size, below.Size), 0.1);

    private sealed record Line(double Y, double Size, List<Segment> Segments);

    private sealed class Segment(double start)
    {
        public double Start { get; } = start;
        public double End { get; set; }
        public System.Text.StringBuilder Text { get; } = new();
    }

    /// <summary>A letter in the coordinates of its own direction: x along the line, y up from it.</summary>
    private sealed record Glyph(string Text, double X, double End, double Y, double Size)
    {
        public static Glyph Of(Letter letter)
        {
            var (x, y) = letter.TextOrientation switch
            {
                TextOrientation.Rotate90 => (0, -1),
                TextOrientation.Rotate180 => (-1, 0),
                TextOrientation.Rotate270 => (0, 1),
                _ => (1, 0),
            };
            var (start, end) = (letter.StartBaseLine, letter.EndBaseLine);
            return new Glyph(letter.Value, start.X * x + start.Y * y, end.X * x + end.Y * y, start.Y * x - start.X * y, letter.PointSize);
        }
    }
}
