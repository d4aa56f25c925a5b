using AngleSharp;
using AngleSharp.Dom;
using Navigator.Text;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>Reads HTML into blocks: headings, paragraphs, list items and table rows. Nothing is loaded and no script runs.</summary>
internal static class HtmlText
{
    /// <summary>Elements without text, or without text of the document itself.</summary>
    private static readonly HashSet<string> Silent = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "head", "nav", "svg", "iframe", "object", "button", "select", "textarea",
    };

    private static readonly HashSet<string> Breaking = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
        "form", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "details", "table", "tbody", "tfoot", "thead", "ul",
    };

    /// <summary>Deeper elements are read without their structure, because deep nesting in a malicious page could exhaust the stack.</summary>
    private const int MaxDepth = 200;

    public static async Task<ExtractedText> Read(string html, CancellationToken token)
    {
        using var context = BrowsingContext.New(Configuration.Default);
        using var document = await context.OpenAsync(response => response.Content(html), token);
        var blocks = new List<TextBlock>();
        var text = new System.Text.StringBuilder();
        var headings = new Dictionary<IElement, string?>();
        if (document.Body is { } body)
            Walk(body, 0);
        Flush(0);
        return new ExtractedText(null, blocks);

        void Walk(INode node, int depth)
        {
            switch (node)
            {
                case IText words:
                    text.Append(words.Data);
                    break;
                case IElement element when Silent.Contains(element.LocalName) || element.HasAttribute("hidden"):
                    break;
                case IElement { LocalName: "br" }:
                    text.Append('\n');
                    break;
                case IElement { LocalName: ['h', >= '1' and <= '6'] } heading:
                    Flush(0);
                    text.Append(heading.TextContent);
                    Flush(heading.LocalName[1] - '0');
                    break;
                case IElement { LocalName: "tr" } row:
                    Flush(0);
                    text.AppendJoin(TableRow.Separator, CellsOf(row, headings));
                    Flush(0, row);
                    break;
                case IElement element when depth >= MaxDepth:
                    text.Append(element.TextContent);
                    break;
                case IElement element:
                    var breaks = Breaking.Contains(element.LocalName);
                    if (breaks)
                        Flush(0);
                    foreach (var child in element.ChildNodes)
                        Walk(child, depth + 1);
                    if (breaks)
                        Flush(0);
                    break;
            }
        }

        void Flush(int level, IElement? row = null)
        {
            if (Squeeze(text.ToString()) is { Length: > 0 } block)
                blocks.Add(new TextBlock(block, level, null, Columns(row, block, headings)));
            text.Clear();
        }
    }

    /// <summary>Returns the headings of the row's table, which may be this row.</summary>
    private static string? Columns(IElement? row, string block, Dictionary<IElement, string?> headings)
    {
        if (row?.Closest("table") is not { } table)
            return null;
        // The corner above the names of rows is often an empty td.
        var filled = row.Children.Where(cell => !string.IsNullOrWhiteSpace(cell.TextContent)).ToList();
        if (filled.Count > 1 && filled.TrueForAll(cell => cell.LocalName == "th"))
            headings[table] = block;
        return headings.GetValueOrDefault(table);
    }

    /// <summary>An empty cell keeps its place under the headings. Tables without headings are often layout, full of empty cells.</summary>
    /// <param name="headings">The headings of the tables that have been read so far.</param>
    private static IEnumerable<string> CellsOf(IElement row, Dictionary<IElement, string?> headings)
    {
        var cells = row.Children.Select(cell => Squeeze(cell.TextContent).Replace('|', '/')).ToList();
        var isUnderHeadings = row.Children.Any(cell => cell.LocalName == "th") || (row.Closest("table") is { } table && headings.ContainsKey(table));
        return isUnderHeadings && cells.Count(cell => cell.Length > 0) > 1 ? cells : cells.Where(cell => cell.Length > 0);
    }

    private static string Squeeze(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
