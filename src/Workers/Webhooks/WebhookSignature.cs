using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Navigator.Workers.Webhooks;

/// <summary>Signs a message as in Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over id, time and body.</summary>
internal static class WebhookSignature
{
    /// <param name="secret">The decoded bytes after <c>whsec_</c>.</param>
    /// <param name="seconds">Seconds since 1970.</param>
    public static string Of(byte[] secret, string id, long seconds, string body)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.{body}"));
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}";
    }
}
