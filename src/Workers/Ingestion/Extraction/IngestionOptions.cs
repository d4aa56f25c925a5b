using System.ComponentModel.DataAnnotations;
using Navigator.Runtime.Limits;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>How documents are read and cut.</summary>
public sealed record IngestionOptions
{
    public const string Section = "Ingestion";

    /// <summary>
    /// The program of poppler-utils that takes the text out of PDFs. Default: found on the PATH. Where there is none, PdfPig reads
    /// PDFs, some seven times slower.
    /// </summary>
    [Required] public string PdfToText { get; init; } = "pdftotext";

    /// <summary>Longest run of either. Default: 60 seconds.</summary>
    [DurationRange("1s", "10m")] public TimeSpan PdfTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>MB that either may have: pdftotext of address space (not on Windows), PdfPig of heap. Default: 1,024.</summary>
    [Range(128, 65_536)] public int PdfMemoryMb { get; init; } = 1_024;

    /// <summary>Pages that one PDF may have. Default: 10,000.</summary>
    [Range(1, 1_000_000)] public int MaxPages { get; init; } = 10_000;

    /// <summary>Characters of text that one document may hold. Default: 20 million, some 6,000 pages.</summary>
    [Range(1_000, 200_000_000)] public int MaxCharacters { get; init; } = 20_000_000;

    /// <summary>Tokens of a usual passage. Default: 300.</summary>
    [Range(50, 2_000)] public int PassageTokens { get; init; } = 300;

    /// <summary>Tokens that a passage repeats of the one before it in the same section. Default: 40.</summary>
    [Range(0, 500)] public int OverlapTokens { get; init; } = 40;

    /// <summary>
    /// Are a document's bytes kept when its text is out? A citation opens the page that it quotes in them. Default: true. A change holds
    /// for documents that are read from then on; what was kept before stays until it is deleted.
    /// </summary>
    public bool KeepOriginals { get; init; } = true;
}
