using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Navigator.Api.Documents;

/// <summary>Reads the title of an HTML page.</summary>
internal static class HtmlTitle
{
    /// <summary>Only this much is parsed, because titles are at the top, a caller waits, and the page may be malicious.</summary>
    private const int Top = 65_536;

    /// <summary>Returns the text of the title element, else of the first h1; null if neither contains text.</summary>
    public static string? Of(string html)
    {
        using var document = new HtmlParser().ParseDocument(html.Length > Top ? html[..Top] : html);
        string? title = null, heading = null;
        // Iterates with an explicit stack, because the nesting may be deep.
        for (var (next, open) = (document.DocumentElement as INode, new Stack<INode>()); next is not null && title is null;)
        {
            // An SVG image may have a title element too.
            if (next is IElement { LocalName: "title", ParentElement.LocalName: "head" } element)
                title = Words(element);
            else if (heading is null && next is IElement { LocalName: "h1" } first)
                heading = Words(first);
            if (next.NextSibling is { } sibling && next != document.DocumentElement)
                open.Push(sibling);
            next = next.FirstChild ?? (open.TryPop(out var later) ? later : null);
        }
        return title ?? heading;
    }

    private static string? Words(IElement element)
    {
        var text = new StringBuilder();
        var open = new Stack<INode>([element]);
        while (open.TryPop(out var node))
        {
            if (node is IText words)
                text.Append(words.Data);
            foreach (var child in node.ChildNodes.Reverse())
                open.Push(child);
        }
        var said = string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return said.Length > 0 ? said : null;
    }
}
