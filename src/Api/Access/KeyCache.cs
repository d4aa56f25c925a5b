using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Caching.Memory;
using Navigator.Api.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>
/// Caches keys that callers presented, and ids that do not exist. A key in use is looked up again in the background, so that callers wait for the
/// database only once. No key is cached for longer than a revoked key may stay valid.
/// </summary>
internal sealed class KeyCache(IApiKeys keys, DatabaseThrottle throttle, LivePolicy policy, TimeProvider clock) : IDisposable
{
    /// <summary>Time for which a key that was valid does not count as guessed. Not a setting, because it limits nothing.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromMinutes(10);

    /// <summary>Precision of a key's last use. Not a setting, because it is shown in minutes.</summary>
    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(1);

    private readonly MemoryCache known = new(new MemoryCacheOptions { SizeLimit = policy.Now.Http.KnownKeys });
    private readonly MemoryCache trusted = new(new MemoryCacheOptions { SizeLimit = policy.Now.Http.KnownKeys });
    private readonly MemoryCache noted = new(new MemoryCacheOptions { SizeLimit = policy.Now.Http.KnownKeys });
    private readonly ConcurrentDictionary<string, Lazy<Task<StoredKey?>>> looks = new(StringComparer.Ordinal);

    private sealed record Known(StoredKey? Key, long ReadAt);

    /// <summary>Number of ids that are being looked up.</summary>
    internal int Looking => looks.Count;

    public Task<StoredKey?> Find(string id)
    {
        if (!known.TryGetValue<Known>(id, out var last))
            return Look(id);
        if (clock.GetElapsedTime(last!.ReadAt) > policy.Now.Http.KeyCache)
            _ = Quietly(Look(id));
        return Task.FromResult(last.Key);
    }

    /// <summary>True if the key was valid recently. Its holder is then accepted even from an address that sends wrong keys.</summary>
    public bool IsTrusted(string id) => trusted.TryGetValue(id, out _);

    /// <summary>Remembers that the key was valid, and records its use at intervals.</summary>
    public void Trusted(StoredKey key)
    {
        trusted.Set(key.Id, true, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Trust });
        if (key.ReadAt - key.LastUsedAt < UseInterval || noted.TryGetValue(key.Id, out _))
            return;
        noted.Set(key.Id, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = UseInterval });
        _ = Quietly(throttle.Run(
            async () =>
            {
                await keys.NoteUsed(key.Id, CancellationToken.None);
                return true;
            },
            CancellationToken.None));
    }

    public void Dispose()
    {
        known.Dispose();
        trusted.Dispose();
        noted.Dispose();
    }

    /// <summary>
    /// Callers with the same id share one look-up. The look-up starts only after it is in the dictionary. If it started earlier, it could remove
    /// itself before it was added, and its result would stay there forever.
    /// </summary>
    private Task<StoredKey?> Look(string id) => looks.GetOrAdd(id, added => new Lazy<Task<StoredKey?>>(() => LookUp(added))).Value;

    private async Task<StoredKey?> LookUp(string id)
    {
        try
        {
            var readAt = clock.GetTimestamp();
            // Without a caller's token, because other callers wait for it too. Statements have their own limits.
            var key = await throttle.Run(() => keys.Find(id, CancellationToken.None), CancellationToken.None);
            if (TenantRules.UntilRevoked - clock.GetElapsedTime(readAt) is { Ticks: > 0 } left)
                known.Set(id, new Known(key, readAt), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = left });
            return key;
        }
        finally
        {
            looks.TryRemove(id, out _);
        }
    }

    private static async Task Quietly(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            // No caller waits for this work. A caller that needs the database gets its own error.
        }
    }
}
