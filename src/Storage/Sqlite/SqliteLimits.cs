namespace Navigator.Storage.Sqlite;

/// <summary>The limits of the embedded database. Source: <c>sqlite</c> in concurrency.yaml.</summary>
/// <param name="GroupSize">Maximum number of changes in one transaction.</param>
/// <param name="Readers">Number of reading connections.</param>
/// <param name="Patience">Longest wait for a write, or for a reading connection.</param>
/// <param name="VectorCacheBytes">Maximum size of the codes of passage vectors in memory. Other vectors are read from the file.</param>
public sealed record SqliteLimits(int GroupSize, int Readers, TimeSpan Patience, long VectorCacheBytes)
{
    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;

    /// <summary>How long the start waits for the check of the file. A larger file is checked to its end while the process serves.</summary>
    public TimeSpan StartCheck { get; init; } = TimeSpan.FromMilliseconds(250);
}

/// <summary>When a commit is done. Both values survive the death of the process.</summary>
public enum SqliteSynchronous
{
    /// <summary>When the operating system has the data: a power cut may lose the last seconds, and nothing else.</summary>
    Normal,

    /// <summary>When the disk has the data: accepted work survives a power cut too.</summary>
    Full,
}
