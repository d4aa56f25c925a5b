namespace Navigator.Storage.Moving;

/// <summary>The passages of an export, in the order of their documents.</summary>
internal sealed class PassageLines : IDisposable
{
    private readonly IEnumerator<ExportedPassage> lines;
    private bool isThereOne;

    public PassageLines(IEnumerable<ExportedPassage> passages)
    {
        lines = passages.GetEnumerator();
        isThereOne = lines.MoveNext();
    }

    /// <summary>Number of passages returned so far.</summary>
    public long Taken { get; private set; }

    /// <summary>Returns the passages of one document that were not returned yet.</summary>
    public IEnumerable<ExportedPassage> Of(Guid document)
    {
        while (isThereOne && lines.Current.DocumentId == document)
        {
            // Moves forward before it returns the passage, because the caller may stop iterating here.
            var passage = lines.Current;
            isThereOne = lines.MoveNext();
            Taken++;
            yield return passage;
        }
    }

    /// <summary>Skips the remaining passages of a document.</summary>
    public void Skip(Guid document)
    {
        foreach (var _ in Of(document))
        {
            // Iterating counts them in Taken.
        }
    }

    public void Dispose() => lines.Dispose();
}
