namespace Navigator.Storage.Rates;

/// <summary>How often something may happen: once per interval, and up to <paramref name="Burst"/> times at once after a quiet time.</summary>
public sealed record Rate(TimeSpan Interval, int Burst);

/// <summary>Rates that hold for everybody who shares this store.</summary>
public interface IRateLimits
{
    /// <summary>Wait for a turn, and take it.</summary>
    /// <param name="within">Longest wait.</param>
    /// <returns>False when there will be none in time: nothing was taken.</returns>
    Task<bool> Acquire(string name, Rate rate, TimeSpan within, CancellationToken token);

    /// <summary>Nobody gets a turn for so long: the upstream has asked for it.</summary>
    Task Hold(string name, Rate rate, TimeSpan time, CancellationToken token);

    /// <summary>Turns that could be taken at once now, at most the burst.</summary>
    Task<int> Available(string name, Rate rate, CancellationToken token);
}
