using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Embedders;

/// <summary>Turns texts into vectors.</summary>
internal interface IEmbedder
{
    /// <summary>Length of every vector, and of the column that stores them.</summary>
    const int Dimensions = 1_536;

    /// <summary>Which vectors can be compared: those of the same model.</summary>
    string Model { get; }

    /// <param name="within">Longest time that it may take.</param>
    /// <returns>One finite float[1536] per text, in the order of the texts.</returns>
    /// <exception cref="UpstreamException">The model did not give that.</exception>
    Task<IReadOnlyList<ReadOnlyMemory<float>>> Embed(IReadOnlyList<string> texts, TimeSpan within, CancellationToken token);
}
