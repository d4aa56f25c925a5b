namespace Navigator.Storage.Moving;

/// <summary>The passages of an export, document after document, in the order of the documents.</summary>
internal sealed class PassageLines : IDisposable
{
    private readonly IEnumerator<ExportedPassage> lines;
    private bool isThereOne;

    public PassageLines(IEnumerable<ExportedPassage> passages)
    {
        lines = passages.GetEnumerator();
        isThereOne = lines.MoveNext();
    }

    /// <summary>How many were handed over.</summary>
    public long Taken { get; private set; }

    /// <summary>Those of one document that were not handed over yet.</summary>
    public IEnumerable<ExportedPassage> Of(Guid document)
    {
        while (isThereOne && lines.Current.DocumentId == document)
        {
            // Forward before it is handed over: the one who takes it may never come back for the next.
            var passage = lines.Current;
            isThereOne = lines.MoveNext();
            Taken++;
            yield return passage;
        }
    }

    /// <summary>Passes over what is left of a document.</summary>
    public void Skip(Guid document)
    {
        foreach (var _ in Of(document))
        {
            // Taken counts them.
        }
    }

    public void Dispose() => lines.Dispose();
}
