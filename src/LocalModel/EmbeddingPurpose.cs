using Microsoft.Extensions.AI;

namespace Navigator.LocalModel;

/// <summary>
/// What a text is embedded for, in the options of a call. A generator in this process lets questions pass before passages. Other generators
/// ignore it.
/// </summary>
public static class EmbeddingPurpose
{
    private const string Key = "navigator.purpose";
    private const string Passage = "passage";

    /// <summary>For a passage of a document. A call without options is for questions.</summary>
    public static EmbeddingGenerationOptions Passages() => new() { AdditionalProperties = new() { [Key] = Passage } };

    internal static bool IsPassage(EmbeddingGenerationOptions? options) =>
        options?.AdditionalProperties?.TryGetValue(Key, out var purpose) == true && purpose is Passage;
}
