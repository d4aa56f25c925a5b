using Microsoft.Extensions.Caching.Memory;
using Navigator.Api.Hosting;
using Navigator.Storage.Tenants;
using Navigator.Workers.Limits;

namespace Navigator.Api.Access;

/// <summary>
/// Keys that callers came with, and ids that are none's, remembered for as long as a revoked key may still be taken. Whoever asks
/// while one is looked up waits for that look.
/// </summary>
internal sealed class KeyCache(IApiKeys keys, Turns turns, LivePolicy policy) : IDisposable
{
    /// <summary>More than any deployment has; what does not fit is looked up each time.</summary>
    private const int Ids = 10_000;

    /// <summary>For how long a key that was right is not suspected of being guessed.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromMinutes(10);

    /// <summary>How exact the time of a key's last use is.</summary>
    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(1);

    private readonly MemoryCache looks = new(new MemoryCacheOptions { SizeLimit = Ids });
    private readonly MemoryCache trusted = new(new MemoryCacheOptions { SizeLimit = Ids });
    private readonly MemoryCache noted = new(new MemoryCacheOptions { SizeLimit = Ids });

    public async Task<KeptKey?> Find(string id)
    {
        var look = looks.GetOrCreate(id, entry =>
        {
            entry.SetSize(1).SetAbsoluteExpiration(policy.Now.Http.KeyCache);
            // Without the caller's token: others wait for it too, and statements have limits of their own.
            return new Lazy<Task<KeptKey?>>(() => turns.Take(() => keys.Find(id, CancellationToken.None), CancellationToken.None));
        })!;
        try
        {
            return await look.Value;
        }
        catch
        {
            looks.Remove(id);
            throw;
        }
    }

    /// <summary>Was it right lately? Then its holder is let in also from an address that guesses.</summary>
    public bool IsTrusted(string id) => trusted.TryGetValue(id, out _);

    /// <summary>It was right: remember that, and note its use if that is not noted yet.</summary>
    public async Task Trusted(KeptKey key)
    {
        trusted.Set(key.Id, true, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Trust });
        if (key.ReadAt - key.LastUsedAt < UseInterval || noted.TryGetValue(key.Id, out _))
            return;
        noted.Set(key.Id, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = UseInterval });
        await turns.Take(
            async () =>
            {
                await keys.NoteUsed(key.Id, CancellationToken.None);
                return true;
            },
            CancellationToken.None);
    }

    public void Dispose()
    {
        looks.Dispose();
        trusted.Dispose();
        noted.Dispose();
    }
}
