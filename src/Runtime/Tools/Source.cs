using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Tools;

/// <summary>Something an answer may cite: a passage, a web page, or what another tool found.</summary>
public sealed record Source
{
    public required int Marker { get; init; }
    public required string Kind { get; init; }
    public Guid? DocumentId { get; init; }
    public Guid? PassageId { get; init; }
    public required string Title { get; init; }
    public int? Page { get; init; }
    public IReadOnlyList<string> Headings { get; init; } = [];
    public string? Url { get; init; }
    public required string Text { get; init; }

    /// <summary>The text without what speaks to a model; what is read instead of it by whoever writes the answer.</summary>
    public string SanitizedText { get => field ?? Text; init; }

    /// <summary>Something in the text instructs a model, and is not in <see cref="SanitizedText"/>.</summary>
    public bool IsScreened { get; init; }

    /// <summary>How well its tool found it to fit, 0 to 1: what readers are told.</summary>
    public required double Score { get; init; }

    /// <summary>What it is worth beside the others: a person's own documents more than the web, what barely fits less than both.</summary>
    public double Weight { get => field == 0 ? Score : field; init; }

    /// <summary>Found by its meaning, and not by its words alone.</summary>
    public bool IsSemanticMatch { get; init; }

    /// <param name="quote">Stands in <see cref="Text"/>, word for word.</param>
    public JobCitation Cite(string quote) => new()
    {
        Marker = Marker,
        Kind = Kind,
        DocumentId = DocumentId,
        PassageId = PassageId,
        Title = Title,
        Page = Page,
        Url = Url,
        Quote = quote,
        Score = Score,
    };
}
