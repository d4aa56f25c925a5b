namespace Navigator.Workers.Embedders;

/// <summary>The models that this process can ask when documents lack vectors of the model that embedded a question.</summary>
/// <param name="own">The process's own; null if it compares spelling only.</param>
/// <param name="earlier">The model before the last change; null if there was none, or if it cannot be asked.</param>
internal sealed class OtherModels(OtherModel? own, OtherModel? earlier)
{
    /// <summary>
    /// Returns the model that embeds a question beside <paramref name="model"/>. It is this process's own if a worker with another model embedded
    /// the question, as while workers are replaced. Null: none.
    /// </summary>
    public OtherModel? Beside(string model) => model == HashedNgramEmbedder.ModelName ? null : model == own?.Name ? earlier : own;
}
