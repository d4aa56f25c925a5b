namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>A document's text, in reading order.</summary>
/// <param name="Pages">Null where the format has none.</param>
internal sealed record ExtractedText(int? Pages, IReadOnlyList<TextBlock> Blocks);

/// <summary>A heading, paragraph, list item or table row: what chunking does not tear apart.</summary>
/// <param name="HeadingLevel">1 for the outermost; 0 for everything that is no heading.</param>
/// <param name="Page">From 1; null where the format has no pages.</param>
internal sealed record TextBlock(string Text, int HeadingLevel = 0, int? Page = null);
