namespace Navigator.Storage.Tenants;

/// <summary>The keys that callers may come with.</summary>
public interface IApiKeys
{
    /// <returns>The key, live or not; null where there is none.</returns>
    Task<KeptKey?> Find(string id, CancellationToken token);

    /// <summary>Note that it was used now.</summary>
    Task NoteUsed(string id, CancellationToken token);
}
