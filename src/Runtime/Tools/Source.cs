using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Tools;

/// <summary>A source that an answer may cite: a passage, a web page, or the result of another tool.</summary>
public sealed record Source
{
    public required int Marker { get; init; }
    public required string Kind { get; init; }
    public Guid? DocumentId { get; init; }
    public Guid? PassageId { get; init; }

    /// <summary>Where each passage's text begins in <see cref="Text"/>, in ascending order, if the source is several passages.</summary>
    public IReadOnlyList<(int Start, Guid PassageId)> Parts { get; init; } = [];

    public required string Title { get; init; }
    public int? Page { get; init; }
    public IReadOnlyList<string> Headings { get; init; } = [];
    public string? Url { get; init; }
    public required string Text { get; init; }

    /// <summary>The text without sentences that instruct the model. Answerers read this text instead of <see cref="Text"/>.</summary>
    public string SanitizedText { get => field ?? Text; init; }

    /// <summary>True if a part of the text instructs the model and was left out of <see cref="SanitizedText"/>.</summary>
    public bool IsScreened { get; init; }

    /// <summary>How well the source matches the question according to its tool, 0 to 1. Callers see this score.</summary>
    public required double Score { get; init; }

    /// <summary>The source's weight. The owner's documents weigh more than the web; poor matches weigh less than both.</summary>
    public double Weight { get => field == 0 ? Score : field; init; }

    /// <summary>True if the vector leg found the source, not only the lexical leg.</summary>
    public bool IsSemanticMatch { get; init; }

    /// <param name="quote">Text of <see cref="Text"/>, word for word.</param>
    public JobCitation Cite(string quote) => new()
    {
        Marker = Marker,
        Kind = Kind,
        DocumentId = DocumentId,
        PassageId = PassageOf(quote),
        Title = Title,
        Page = Page,
        Url = Url,
        Quote = quote,
        Score = Score,
    };

    /// <summary>The passage in which a quote begins.</summary>
    private Guid? PassageOf(string quote)
    {
        var start = Text.IndexOf(quote, StringComparison.Ordinal);
        return Parts.Where(part => part.Start <= start).Select(part => (Guid?)part.PassageId).LastOrDefault(PassageId);
    }
}
