using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Caching.Memory;
using Navigator.Api.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>
/// Keys that callers came with, and ids that are none's. One that is used goes on being looked up in the background, so that callers
/// wait for the database once and not each time; none is believed for longer than a revoked one may be let in.
/// </summary>
internal sealed class KeyCache(IApiKeys keys, DatabaseThrottle throttle, LivePolicy policy, TimeProvider clock) : IDisposable
{
    /// <summary>For how long a key that was right is not suspected of being guessed. No setting: it bounds nothing.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromMinutes(10);

    /// <summary>How exact the time of a key's last use is. No setting: it is shown in minutes.</summary>
    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(1);

    private readonly MemoryCache known = new(new MemoryCacheOptions { SizeLimit = policy.Now.Http.KnownKeys });
    private readonly MemoryCache trusted = new(new MemoryCacheOptions { SizeLimit = policy.Now.Http.KnownKeys });
    private readonly MemoryCache noted = new(new MemoryCacheOptions { SizeLimit = policy.Now.Http.KnownKeys });
    private readonly ConcurrentDictionary<string, Lazy<Task<KeptKey?>>> looks = new(StringComparer.Ordinal);

    private sealed record Known(KeptKey? Key, long ReadAt);

    /// <summary>Ids that are looked up now.</summary>
    internal int Looking => looks.Count;

    public Task<KeptKey?> Find(string id)
    {
        if (!known.TryGetValue<Known>(id, out var last))
            return Look(id);
        if (clock.GetElapsedTime(last!.ReadAt) > policy.Now.Http.KeyCache)
            _ = Quietly(Look(id));
        return Task.FromResult(last.Key);
    }

    /// <summary>Was it right lately? Then its holder is let in also from an address that guesses.</summary>
    public bool IsTrusted(string id) => trusted.TryGetValue(id, out _);

    /// <summary>It was right: remember that, and note its use now and then.</summary>
    public void Trusted(KeptKey key)
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
    /// Whoever asks while one is looked up waits for that look. It begins when it is in the list, and not before: one that took
    /// itself out of the list before it was in would stay there, and be everybody's answer for ever.
    /// </summary>
    private Task<KeptKey?> Look(string id) => looks.GetOrAdd(id, added => new Lazy<Task<KeptKey?>>(() => LookUp(added))).Value;

    private async Task<KeptKey?> LookUp(string id)
    {
        try
        {
            var readAt = clock.GetTimestamp();
            // Without a caller's token: others wait for it too, and statements have limits of their own.
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
            // Nobody waits for it. Whoever needs the database is told that it does not answer.
        }
    }
}
