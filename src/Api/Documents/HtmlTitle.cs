using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Navigator.Api.Documents;

/// <summary>What a page calls itself.</summary>
internal static class HtmlTitle
{
    /// <summary>The title stands at the top. A caller waits, and its author is not to be trusted: no more is parsed.</summary>
    private const int Top = 65_536;

    /// <summary>The text of its title element, else of its first h1. Null where there is neither, or no word in it.</summary>
    public static string? Of(string html)
    {
        using var document = new HtmlParser().ParseDocument(html.Length > Top ? html[..Top] : html);
        string? title = null, heading = null;
        // With a stack of its own, as deep as the page is nested.
        for (var (next, open) = (document.DocumentElement as INode, new Stack<INode>()); next is not null && title is null;)
        {
            // A picture may have a title element too.
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
