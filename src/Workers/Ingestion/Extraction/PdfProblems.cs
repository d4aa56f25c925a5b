using Navigator.Contracts.Http;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>Messages for PDFs that cannot be read, the same for both reader programs.</summary>
internal static class PdfProblems
{
    public static IngestionException Encrypted() =>
        new(ErrorCode.DocumentEncrypted, "The PDF is encrypted. Remove its password and upload it again.");

    public static IngestionException NoPages() => new(ErrorCode.DocumentEmpty, "The PDF has no pages.");

    public static IngestionException NoText() =>
        new(ErrorCode.DocumentWithoutText, "The PDF contains images of pages and no text. Run text recognition (OCR) on it first.");

    public static IngestionException OutOfMemory() => new(ErrorCode.DocumentTooComplex, "The PDF needs more memory than the reader may use.");

    public static IngestionException TooSlow(TimeSpan limit) =>
        new(ErrorCode.DocumentTooComplex, $"The PDF could not be read within {limit.TotalSeconds:0} seconds.");

    public static IngestionException TooManyCharacters(int limit) =>
        new(ErrorCode.DocumentTooLong, $"The document contains more than {limit:N0} characters of text.");

    public static IngestionException TooManyPages(int limit) => new(ErrorCode.DocumentTooLong, $"The PDF has more than {limit:N0} pages.");

    public static IngestionException NoReader() =>
        new(
            ErrorCode.PdfReaderMissing,
            "This installation cannot read PDFs: install pdftotext (package poppler-utils). Text, Markdown and HTML work.");
}
