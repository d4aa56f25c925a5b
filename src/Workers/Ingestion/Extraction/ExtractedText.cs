namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>A document's text, in reading order.</summary>
/// <param name="Pages">Null if the format has no pages.</param>
internal sealed record ExtractedText(int? Pages, IReadOnlyList<TextBlock> Blocks);

/// <summary>A heading, paragraph, list item or table row. Chunking keeps it whole if it fits into a passage.</summary>
/// <param name="HeadingLevel">1 for the outermost heading; 0 for other text.</param>
/// <param name="Page">From 1; null if the format has no pages.</param>
/// <param name="Columns">Of a table row, the row with the headings of its table, if the format marks it; else null.</param>
internal sealed record TextBlock(string Text, int HeadingLevel = 0, int? Page = null, string? Columns = null);
