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

    internal EmbeddingSource Chosen(OpenAiOptions openAi) => Model ?? (openAi.IsConfigured ? EmbeddingSource.OpenAi : EmbeddingSource.Local);
}
