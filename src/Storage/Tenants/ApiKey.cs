using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Navigator.Storage.Tenants;

/// <summary>What a key permits.</summary>
public static class Scope
{
    /// <summary>Ask, read and delete the tenant's questions.</summary>
    public const string Chat = "chat";

    /// <summary>Upload, read and delete the tenant's documents.</summary>
    public const string Documents = "documents";

    /// <summary>Replay jobs, read limits and metrics.</summary>
    public const string Operate = "operate";

    public static IReadOnlyList<string> All { get; } = [Chat, Documents, Operate];
}

/// <summary>
/// A key as its holder presents it: <c>nav_&lt;id&gt;_&lt;secret&gt;</c>. The id may be shown and logged. Of the secret (160 random bits) only
/// the SHA-256 is stored.
/// </summary>
public sealed record ApiKey(string Id, string Secret)
{
    private const string Prefix = "nav_";
    private const int IdLength = 12, SecretLength = 32;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly SearchValues<char> Allowed = SearchValues.Create(Alphabet);

    public static ApiKey Create() =>
        new(RandomNumberGenerator.GetString(Alphabet, IdLength), RandomNumberGenerator.GetString(Alphabet, SecretLength));

    /// <returns>Null if the text is not a key.</returns>
    public static ApiKey? Parse(string text) =>
        text.Length == Prefix.Length + IdLength + 1 + SecretLength && text.StartsWith(Prefix, StringComparison.Ordinal)
            && text[Prefix.Length + IdLength] == '_'
        && !text.AsSpan(Prefix.Length, IdLength).ContainsAnyExcept(Allowed) && !text.AsSpan(Prefix.Length + IdLength + 1).ContainsAnyExcept(Allowed)
            ? new ApiKey(text.Substring(Prefix.Length, IdLength), text[(Prefix.Length + IdLength + 1)..])
            : null;

    /// <summary>byte[32].</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.ASCII.GetBytes(Secret));

    /// <summary>The whole key with its secret. It is shown to its holder once.</summary>
    public string Reveal() => $"{Prefix}{Id}_{Secret}";

    /// <summary>Without the secret, so that logs never contain it.</summary>
    public override string ToString() => $"{Prefix}{Id}_…";
}

/// <summary>A key as it is stored.</summary>
/// <param name="SecretHash">byte[32], SHA-256.</param>
/// <param name="ReadAt">The store's clock at this read.</param>
public sealed record StoredKey(
    string Id, string Tenant, byte[] SecretHash, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset ReadAt)
{
    public bool IsLive => RevokedAt is null && !(ExpiresAt <= ReadAt);

    /// <summary>Compares the presented secret with the stored hash. Takes the same time for every secret and for an unknown key.</summary>
    /// <param name="kept">Null if no such key exists. The secret is then compared with a value that is no secret's hash.</param>
    public static bool Matches(StoredKey? kept, ApiKey presented) =>
        CryptographicOperations.FixedTimeEquals(kept?.SecretHash ?? new byte[SHA256.HashSizeInBytes], presented.Hash()) & kept is { IsLive: true };
}
