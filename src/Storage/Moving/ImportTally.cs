namespace Navigator.Storage.Moving;

/// <summary>Counts the outcomes of the rows of one kind.</summary>
internal sealed class ImportTally(string kind, long exported, Action<MovingProgress> progress)
{
    public const string Imported = "imported", Present = "present";

    private readonly SortedDictionary<string, long> fates = new(StringComparer.Ordinal);

    public void Count(string fate, long rows = 1)
    {
        if (rows > 0)
            fates[fate] = fates.GetValueOrDefault(fate) + rows;
        Show();
    }

    /// <param name="underWay">Rows that are written and not committed yet.</param>
    public void Show(long underWay = 0) => progress(new MovingProgress(kind, fates.Values.Sum() + underWay, exported));

    public ImportedKind Summary() => new(
        kind, exported, fates.GetValueOrDefault(Imported), fates.GetValueOrDefault(Present),
        fates.Where(fate => fate.Key is not (Imported or Present)).ToDictionary());
}
