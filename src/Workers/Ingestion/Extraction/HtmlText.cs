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
        var headed = new Dictionary<IElement, bool>();
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
                    text.AppendJoin(TableRow.Separator, CellsOf(row, headed));
                    Flush(0);
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

        void Flush(int level)
        {
            if (Squeeze(text.ToString()) is { Length: > 0 } block)
                blocks.Add(new TextBlock(block, level));
            text.Clear();
        }
    }

    /// <summary>An empty cell keeps its place under the headings. Tables without headings are often layout, full of empty cells.</summary>
    /// <param name="headed">Which tables have headings, as far as they are known.</param>
    private static IEnumerable<string> CellsOf(IElement row, Dictionary<IElement, bool> headed)
    {
        var cells = row.Children.Select(cell => Squeeze(cell.TextContent)).ToList();
        var isFilled = cells.Count(cell => cell.Length > 0) > 1;
        return isFilled && row.Closest("table") is { } table && HasHeadings(table) ? cells : cells.Where(cell => cell.Length > 0);

        bool HasHeadings(IElement table)
        {
            if (!headed.TryGetValue(table, out var has))
                headed[table] = has = table.QuerySelector("th") is not null;
            return has;
        }
    }

    private static string Squeeze(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
