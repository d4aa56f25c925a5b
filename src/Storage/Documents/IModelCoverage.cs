namespace Navigator.Storage.Documents;

/// <summary>How much of the documents of all tenants a model has embedded.</summary>
/// <param name="UsedAt">When a process last reported that it uses the model.</param>
/// <param name="InUse">True if a process used it lately. If none used any model, the last used one is in use.</param>
/// <param name="Documents">Documents all of whose passages have a vector of the model.</param>
/// <param name="DocumentsWithout">Other documents whose text is stored.</param>
/// <param name="Passages">Passages that have a vector of the model.</param>
/// <param name="PassagesWithout">Passages that have none.</param>
public sealed record ModelCoverage(
    string Model, DateTimeOffset UsedAt, bool InUse, long Documents, long DocumentsWithout, long Passages, long PassagesWithout)
{
    /// <summary>Processes report every minute. A model stays in use while its processes are replaced one after the other.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);

    /// <summary>Sets <see cref="InUse"/>.</summary>
    /// <param name="models">Most recently used first.</param>
    internal static IReadOnlyList<ModelCoverage> WithUse(IReadOnlyList<ModelCoverage> models, DateTimeOffset now) =>
        [.. models.Select((model, place) => model with { InUse = place == 0 || now - model.UsedAt <= Lately })];
}

/// <param name="Documents">Documents that had vectors of other models.</param>
/// <param name="Vectors">Vectors that were deleted.</param>
public sealed record PrunedVectors(long Documents, long Vectors);

/// <summary>Which models have embedded which documents.</summary>
public interface IModelCoverage
{
    /// <summary>Records that this process uses the model.</summary>
    Task Use(string model, CancellationToken token);

    /// <summary>Returns every model that has been used, most recently used first. For the owner of the data.</summary>
    Task<IReadOnlyList<ModelCoverage>> Read(CancellationToken token);

    /// <summary>
    /// Deletes the vectors of all other models from the documents that each of these models has embedded. Each batch of documents is one
    /// transaction, so that it can be stopped and run again. For the owner of the data.
    /// </summary>
    Task<PrunedVectors> Prune(IReadOnlyList<string> kept, CancellationToken token);
}
