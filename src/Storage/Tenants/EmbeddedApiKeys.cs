namespace Navigator.Storage.Tenants;

/// <summary>The keys of embedded mode: those in the settings, and those created with navigator keys.</summary>
public sealed class EmbeddedApiKeys(ConfiguredApiKeys configured, SqliteApiKeys kept) : IApiKeys
{
    /// <summary>True if there is a valid key.</summary>
    public async Task<bool> Any(CancellationToken token) => configured.Any || await kept.Any(token);

    public async Task<StoredKey?> Find(string id, CancellationToken token) => await configured.Find(id, token) ?? await kept.Find(id, token);

    public async Task NoteUsed(string id, CancellationToken token)
    {
        // Nothing is written for a key from the settings.
        if (await configured.Find(id, token) is null)
            await kept.NoteUsed(id, token);
    }
}
