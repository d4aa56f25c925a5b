using System.ComponentModel.DataAnnotations;
using Navigator.LocalModel;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Embedders;

/// <summary>What turns questions and passages into vectors.</summary>
public sealed record EmbeddingsOptions
{
    public const string Section = "Embeddings";

    /// <summary>
    /// <c>local</c>: all-MiniLM-L6-v2 in the worker's process, the default without an OpenAI key. <c>openai</c>: OpenAI's model, the default with a
    /// key. <c>words</c>: no model; vectors compare spelling, and questions are answered by their words alone.
    /// </summary>
    public EmbeddingSource? Model { get; init; }

    /// <summary>
    /// The model before the last change, as <c>navigator reembed</c> names it. Documents that only it has embedded are found with its vectors until
    /// they are embedded again. It is all-MiniLM-L6-v2, in the worker's process, or a model of the OpenAI server, which needs the key. Default: with
    /// an OpenAI model all-MiniLM-L6-v2, otherwise none. <c>none</c>: such documents are found by words.
    /// </summary>
    public string? Earlier { get; init; }

    /// <summary>Numbers in each vector of the earlier model, if the OpenAI server has it. Default: 1,536.</summary>
    [Range(1, 4_000)] public int EarlierDimensions { get; init; } = 1_536;

    internal EmbeddingSource Chosen(OpenAiOptions openAi) => Model ?? (openAi.IsConfigured ? EmbeddingSource.OpenAi : EmbeddingSource.Local);

    /// <returns>The earlier model's name; null: there is none.</returns>
    internal string? EarlierOf(OpenAiOptions openAi) => Earlier switch
    {
        null or "" => Chosen(openAi) == EmbeddingSource.OpenAi ? LocalEmbeddingGenerator.ModelName : null,
        "none" => null,
        var name => name == NameOf(Chosen(openAi), openAi) ? null : name,
    };

    private static string NameOf(EmbeddingSource source, OpenAiOptions openAi) => source switch
    {
        EmbeddingSource.OpenAi => openAi.EmbeddingModel,
        EmbeddingSource.Local => LocalEmbeddingGenerator.ModelName,
        _ => HashedNgramEmbedder.ModelName,
    };
}
