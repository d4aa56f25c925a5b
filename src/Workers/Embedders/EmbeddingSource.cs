namespace Navigator.Workers.Embedders;

/// <summary>Where vectors come from.</summary>
public enum EmbeddingSource
{
    /// <summary>A model in the worker's process.</summary>
    Local,

    /// <summary>OpenAI or a compatible server.</summary>
    OpenAi,

    /// <summary>The text's own words, hashed.</summary>
    Words,
}
