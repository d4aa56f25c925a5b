using Navigator.Contracts.Http;
using Navigator.Text;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>Extracts blocks of text from the bytes of a supported format.</summary>
internal sealed class TextExtractor(PdfTextReader pdf)
{
    /// <exception cref="IngestionException">The document cannot be read.</exception>
    public async Task<ExtractedText> Extract(string mediaType, byte[] content, CancellationToken token)
    {
        if (mediaType == MediaTypes.Pdf)
            return PageLayout.Read(await pdf.ReadPages(content, token));
        if (!MediaTypes.TryDecode(content, out var text))
            throw new IngestionException(ErrorCode.DocumentNotText, "The document is not readable text.");
        return mediaType switch
        {
            MediaTypes.Html => await HtmlText.Read(text, token),
            MediaTypes.Markdown => MarkdownText.Read(text),
            MediaTypes.Plain => PageLayout.ReadPlain(text),
            _ => throw new IngestionException(ErrorCode.UnsupportedMediaType, $"Documents of type {mediaType} cannot be read."),
        };
    }
}
