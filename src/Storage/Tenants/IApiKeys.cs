namespace Navigator.Storage.Tenants;

/// <summary>The API keys of all callers.</summary>
public interface IApiKeys
{
    /// <returns>The key, whether valid or not; null if there is none.</returns>
    Task<StoredKey?> Find(string id, CancellationToken token);

    /// <summary>Records that the key was used now.</summary>
    Task NoteUsed(string id, CancellationToken token);
}
