namespace Navigator.Storage.Rates;

/// <summary>A rate: once per interval, and up to <paramref name="Burst"/> times at once after an idle period.</summary>
public sealed record Rate(TimeSpan Interval, int Burst);

/// <summary>Rate limits shared by all processes that use this store.</summary>
public interface IRateLimits
{
    /// <summary>Waits until the rate allows one more call, and takes it.</summary>
    /// <param name="within">Longest wait.</param>
    /// <returns>False if the wait would be longer. Nothing is taken then.</returns>
    Task<bool> Acquire(string name, Rate rate, TimeSpan within, CancellationToken token);

    /// <summary>Stops all calls for this time, because the upstream asked for it (Retry-After).</summary>
    Task Hold(string name, Rate rate, TimeSpan time, CancellationToken token);

    /// <summary>Number of calls that the rate allows at once now, at most the burst.</summary>
    Task<int> Available(string name, Rate rate, CancellationToken token);
}
