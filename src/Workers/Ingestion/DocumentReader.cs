using Microsoft.Extensions.Options;
using Navigator.Contracts.Http;
using Navigator.Storage.Documents;
using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Workers.Ingestion;

/// <summary>Reads a document's bytes and returns its passages.</summary>
internal sealed class DocumentReader(TextExtractor extractor, IOptions<IngestionOptions> options)
{
    /// <exception cref="IngestionException">The document cannot be read, or contains no text.</exception>
    public async Task<(int? Pages, IReadOnlyList<NewPassage> Passages)> Read(string mediaType, byte[] content, CancellationToken token)
    {
        var text = await extractor.Extract(mediaType, content, token);
        var passages = Chunker.Chunk(text, options.Value);
        return passages.Count > 0
            ? (text.Pages, passages)
            : throw new IngestionException(ErrorCode.DocumentEmpty, "The document contains no text.");
    }
}
