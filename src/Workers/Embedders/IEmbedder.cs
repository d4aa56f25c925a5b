using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Embedders;

/// <summary>Turns texts into vectors.</summary>
internal interface IEmbedder
{
    /// <summary>Length of every vector and of the database column.</summary>
    const int Dimensions = 1_536;

    /// <summary>The model's name. Only vectors of the same model are comparable.</summary>
    string Model { get; }

    /// <param name="within">Longest time for the call.</param>
    /// <returns>One finite float[1536] for each text, in the order of the texts.</returns>
    /// <exception cref="UpstreamException">The model failed or returned invalid vectors.</exception>
    Task<IReadOnlyList<ReadOnlyMemory<float>>> Embed(IReadOnlyList<string> texts, TimeSpan within, CancellationToken token);
}
