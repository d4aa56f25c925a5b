using System.ComponentModel.DataAnnotations;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>How documents are read and cut.</summary>
public sealed record IngestionOptions
{
    public const string Section = "Ingestion";

    /// <summary>
    /// The program of poppler-utils that extracts text from PDFs. Default: found on the PATH. If it is not installed, PdfPig reads PDFs, about seven
    /// times slower.
    /// </summary>
    [Required] public string PdfToText { get; init; } = "pdftotext";

    /// <summary>Time limit for either program. Default: 60 seconds.</summary>
    [DurationRange("1s", "10m")] public TimeSpan PdfTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Memory limit for either program, in MB: address space for pdftotext (not on Windows), heap for PdfPig. Default: 1,024.</summary>
    [Range(128, 65_536)] public int PdfMemoryMb { get; init; } = 1_024;

    /// <summary>Maximum number of pages of a PDF. Default: 10,000.</summary>
    [Range(1, 1_000_000)] public int MaxPages { get; init; } = 10_000;

    /// <summary>Maximum number of characters of a document's text. Default: 20 million, about 6,000 pages.</summary>
    [Range(1_000, 200_000_000)] public int MaxCharacters { get; init; } = 20_000_000;

    /// <summary>Target number of tokens of a passage. Default: 130, about 100 words: vectors of longer passages mix subjects.</summary>
    [Range(50, 2_000)] public int PassageTokens { get; init; } = 130;

    /// <summary>
    /// A text without headings and pages of at most this many tokens, such as a note, is one passage: as a whole it is ranked better. Default:
    /// 700, about a page. 0 cuts it like any other text.
    /// </summary>
    [Range(0, 2_000)] public int WholeTextTokens { get; init; } = 700;

    /// <summary>Tokens that a passage repeats from the previous one in the same section. Default: 30.</summary>
    [Range(0, 500)] public int OverlapTokens { get; init; } = 30;

    /// <summary>
    /// Whether a document's bytes stay stored after its text was extracted, so that a citation can open the page that it quotes. Default: true. A
    /// change applies to documents read from then on; bytes stored before stay until the document is deleted.
    /// </summary>
    public bool KeepOriginals { get; init; } = true;
}
