using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// Keeps what was computed or fetched for a text. Each tenant has entries of its own, so that response times do not reveal other tenants'
/// questions. The keys are hashes, so that they contain no text.
/// </summary>
/// <param name="entries">The largest number of entries of all tenants together.</param>
/// <param name="unusedFor">An entry that is not read for so long is removed. Null if only the number of entries counts.</param>
public sealed class TenantCache<T>(int entries, TimeSpan? unusedFor = null) : IDisposable
{
    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = entries });

    /// <returns>The entry, or null (for a number: no value) if there is none.</returns>
    public T? Get(string tenant, string text) => cache.Get<T>(Key(tenant, text));

    /// <param name="longest">The entry is removed after this time even if it is read.</param>
    public void Set(string tenant, string text, T value, TimeSpan? longest = null) =>
        cache.Set(Key(tenant, text), value, new MemoryCacheEntryOptions
        {
            Size = 1,
            SlidingExpiration = unusedFor,
            AbsoluteExpirationRelativeToNow = longest,
        });

    public void Dispose() => cache.Dispose();

    private static string Key(string tenant, string text) => $"{tenant}/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
