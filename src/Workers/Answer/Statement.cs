using Navigator.Runtime.Tools;

namespace Navigator.Workers.Answer;

/// <summary>A sentence or a table row of a source, small enough to be an answer by itself.</summary>
/// <param name="Text">What a reader sees, on one line. A row is written with its table's headings and is therefore no literal quote.</param>
/// <param name="Quote">Where the statement stands in the source's <see cref="Source.SanitizedText"/>.</param>
/// <param name="Context">The service, lead-in or heading that the statement belongs to; empty if there is none.</param>
/// <param name="IsLiteral">True if <paramref name="Text"/> is the source's own text.</param>
internal sealed record Statement(Source Source, string Text, Range Quote, string Context, bool IsLiteral)
{
    /// <summary>The text that is compared with the question: "a copayment of $5" alone does not say for what.</summary>
    public string InContext => Context.Length == 0 || Text.StartsWith(Context, StringComparison.OrdinalIgnoreCase) ? Text : $"{Context}: {Text}";
}
