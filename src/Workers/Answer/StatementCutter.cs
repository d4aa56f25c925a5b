using Navigator.Runtime.Tools;
using Navigator.Text;

namespace Navigator.Workers.Answer;

/// <summary>
/// Cuts a source into statements. A line with cells is a table row: it keeps the service of its first cell, and the headings of its table.
/// A list item keeps the sentence that introduces its list.
/// </summary>
internal sealed class StatementCutter
{
    /// <summary>
    /// Characters. Short sentences that follow each other are read together, because "For a family it is $1,500." alone can mislead.
    /// </summary>
    private const int JoinedLength = 160;

    /// <summary>Characters. A longer sentence is cut.</summary>
    private const int MaxLength = 320;

    /// <summary>Characters of a service, a lead-in or a heading.</summary>
    private const int ContextLength = 90;

    private readonly string text;
    private readonly List<(string Text, Range Quote, string Context, bool IsLiteral)> statements = [];
    private string context;

    private StatementCutter(Source source)
    {
        text = source.SanitizedText;
        context = source.Headings.Count > 0 ? Short(source.Headings[^1]) : "";
    }

    public static IReadOnlyList<Statement> Cut(Source source)
    {
        var cutter = new StatementCutter(source);
        Range? above = null;
        foreach (var line in cutter.Lines())
        {
            if (cutter.IsRow(line))
                cutter.AddRow(line, above is { } row && cutter.IsRow(row));
            else
                cutter.AddProse(line);
            above = line;
        }
        return [.. cutter.statements.Select(found => new Statement(source, found.Text, found.Quote, found.Context, found.IsLiteral))];
    }

    private void AddRow(Range line, bool continuesTable)
    {
        var cells = CellsOf(line).ToList();
        var header = continuesTable ? Header(line, cells.Count) : null;
        var label = OnOneLine(text[cells[0]]);
        var row = Read(cells, header);
        if (label.Length <= ContextLength && label.Length > 0)
            context = label;
        if (row.Length <= JoinedLength)
        {
            if (header is not null || !IsHeader(line))
                statements.Add((row, line, context, false));
            return;
        }
        // Whole paragraphs stand in the cells. Each sentence is a statement, those beside the first cell about the service of the first cell.
        if (label.Length > ContextLength)
        {
            context = Short(label);
            AddSentences(cells[0], context, "");
        }
        for (var i = 1; i < cells.Count; i++)
        {
            var name = header is null || header[i].Length == 0 ? context : $"{context}, {header[i]}";
            AddSentences(cells[i], context, name);
        }
    }

    private void AddProse(Range line)
    {
        var said = text[line].Trim();
        if (IsItem(said))
        {
            AddSentences(line, context, context.EndsWith(':') ? context : "");
            return;
        }
        AddSentences(line, context, "");
        if (said.EndsWith(':') && Sentences.Of(said) is { Count: > 0 } sentences)
            context = Last(said[sentences[^1]].Trim());
    }

    /// <summary>A question or a lead-in ("You pay:") is no statement by itself.</summary>
    private void AddSentences(Range part, string about, string prefix)
    {
        var offset = part.Start.Value;
        var sentences = Sentences.Of(text[part]).Select(sentence => (offset + sentence.Start.Value)..(offset + sentence.End.Value))
            .Where(sentence => text[sentence].TrimEnd() is [.., not (':' or '?')]).ToList();
        for (var first = 0; first < sentences.Count; first++)
        {
            var run = sentences[first];
            while (first + 1 < sentences.Count && sentences[first + 1].End.Value - run.Start.Value <= JoinedLength)
                run = run.Start..sentences[++first].End;
            var said = OnOneLine(text[run]);
            var shown = said.Length <= MaxLength ? said : Cut(said) + " …";
            if (said.Any(char.IsLetterOrDigit))
                statements.Add(
                    (prefix.Length == 0 ? shown : $"{prefix.TrimEnd(':')}: {shown.TrimStart('•', '◦', '-', ' ')}", run, about, prefix.Length == 0));
        }
    }

    /// <summary>Reads "Ambulance ride | $180" under "Service | Cost" as: Ambulance ride, Cost: $180.</summary>
    private string Read(List<Range> cells, string[]? header) => string.Join(", ", cells
        .Select((cell, i) => (Text: OnOneLine(text[cell]), Header: i == 0 || header is null ? "" : header[i]))
        .Where(cell => cell.Text.Length > 0).Select(cell => cell.Header.Length == 0 ? cell.Text : $"{cell.Header}: {cell.Text}"));

    /// <summary>Returns the table's first row if it has the same number of cells and contains headings; else null.</summary>
    private string[]? Header(Range row, int cells)
    {
        var top = row;
        while (top.Start.Value > 0 && LineAt(top.Start.Value - 1) is var above && IsRow(above))
            top = above;
        if (top.Equals(row) || !IsHeader(top))
            return null;
        var header = CellsOf(top).Select(cell => OnOneLine(text[cell])).ToArray();
        return TableRow.AreUseful(header, cells) ? header : null;
    }

    private bool IsHeader(Range row) => TableRow.CanBeHeadings(text[row]) && (row.Start.Value == 0 || !IsRow(LineAt(row.Start.Value - 1)));

    private IEnumerable<Range> CellsOf(Range row)
    {
        var (start, end) = (row.Start.Value, row.End.Value);
        while (start <= end)
        {
            var bar = text.IndexOf('|', start, end - start);
            yield return start..(bar < 0 ? end : bar);
            start = bar < 0 ? end + 1 : bar + 1;
        }
    }

    private IEnumerable<Range> Lines()
    {
        for (var start = 0; start < text.Length;)
        {
            var line = LineAt(start);
            if (!string.IsNullOrWhiteSpace(text[line]))
                yield return line;
            start = line.End.Value + 1;
        }
    }

    private Range LineAt(int place)
    {
        var start = place == 0 ? 0 : text.LastIndexOf('\n', place - 1) + 1;
        var end = text.IndexOf('\n', place);
        return start..(end < 0 ? text.Length : end);
    }

    private bool IsRow(Range line) => TableRow.IsRow(text.AsSpan()[line]);

    /// <summary>Cuts between words, or in a text without spaces between characters.</summary>
    private static string Cut(string said)
    {
        var space = said.LastIndexOf(' ', MaxLength);
        return said[..(space > 0 ? space : char.IsHighSurrogate(said[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
    }

    private static bool IsItem(string line) => line is ['•' or '◦' or '-', ' ', ..];

    private static string Short(string label) =>
        label.Length <= ContextLength ? label : label[..Math.Max(label.LastIndexOf(' ', ContextLength), ContextLength / 2)];

    private static string Last(string lead) => lead.Length <= ContextLength ? lead : lead[(lead.IndexOf(' ', lead.Length - ContextLength) + 1)..];

    private static string OnOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
