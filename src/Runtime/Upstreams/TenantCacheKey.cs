using System.Security.Cryptography;
using System.Text;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// The key of a cache of an upstream's replies. It contains the tenant, so that response times do not reveal other tenants' questions, and a
/// hash, so that the cache's keys contain no text.
/// </summary>
public static class TenantCacheKey
{
    public static string Of(string tenant, string text) => $"{tenant}/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
