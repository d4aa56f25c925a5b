using System.Security.Cryptography;
using System.Text;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// What a cache of an upstream's replies is keyed by: the tenant, so that nobody can learn from a response time what others
/// asked, and the hash of the text, so that no text is kept as a key.
/// </summary>
public static class TenantCacheKey
{
    public static string Of(string tenant, string text) => $"{tenant}/{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}
