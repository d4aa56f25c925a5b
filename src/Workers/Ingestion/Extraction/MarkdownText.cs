using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>Reads Markdown into blocks: headings, paragraphs, list items, table rows and code.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    public static ExtractedText Read(string markdown)
    {
        var blocks = new List<TextBlock>();
        Walk(Markdown.Parse(markdown, Pipeline), blocks, "");
        return new ExtractedText(null, blocks);
    }

    private static void Walk(ContainerBlock container, List<TextBlock> blocks, string bullet)
    {
        foreach (var block in container)
        {
            switch (block)
            {
                case HeadingBlock heading:
                    Add(Text(heading.Inline), heading.Level);
                    break;
                case Table table:
                    var rows = table.OfType<TableRow>().ToList();
                    var columns = rows.Find(row => row.IsHeader) is { } header ? Row(header).Trim() : null;
                    rows.ForEach(row => Add(Row(row), 0, columns));
                    break;
                case ListItemBlock item:
                    Walk(item, blocks, "• ");
                    break;
                case ContainerBlock inner:
                    Walk(inner, blocks, "");
                    break;
                case CodeBlock code:
                    Add(code.Lines.ToString(), 0);
                    break;
                case HtmlBlock html:
                    Add(html.Lines.ToString(), 0);
                    break;
                case LeafBlock leaf:
                    Add(bullet + Text(leaf.Inline), 0);
                    break;
            }
        }

        void Add(string text, int level, string? columns = null)
        {
            if (!string.IsNullOrWhiteSpace(text))
                blocks.Add(new TextBlock(text.Trim(), level, null, columns));
        }
    }

    private static string Row(TableRow row) => string.Join(Navigator.Text.TableRow.Separator, row.OfType<TableCell>()
        .Select(cell => string.Join(' ', cell.OfType<LeafBlock>().Select(leaf => Text(leaf.Inline))).Replace('|', '/')));

    private static string Text(ContainerInline? inline)
    {
        var text = new System.Text.StringBuilder();
        foreach (var part in inline?.Descendants() ?? [])
        {
            switch (part)
            {
                case LiteralInline literal:
                    text.Append(literal.Content.AsSpan());
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case LineBreakInline:
                    text.Append(' ');
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded.AsSpan());
                    break;
                case AutolinkInline link:
                    text.Append(link.Url);
                    break;
            }
        }
        return text.ToString();
    }
}
