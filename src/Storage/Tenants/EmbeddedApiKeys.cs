namespace Navigator.Storage.Tenants;

/// <summary>The keys of embedded mode: those of the settings, and those that navigator keys has made.</summary>
public sealed class EmbeddedApiKeys(ConfiguredApiKeys configured, SqliteApiKeys kept) : IApiKeys
{
    /// <summary>Is there one that lets somebody in?</summary>
    public async Task<bool> Any(CancellationToken token) => configured.Any || await kept.Any(token);

    public async Task<KeptKey?> Find(string id, CancellationToken token) => await configured.Find(id, token) ?? await kept.Find(id, token);

    public async Task NoteUsed(string id, CancellationToken token)
    {
        // Nothing is written for a key of the settings.
        if (await configured.Find(id, token) is null)
            await kept.NoteUsed(id, token);
    }
}
