namespace Navigator.Storage.Tenants;

/// <summary>Keys from the settings of embedded mode. Each has all scopes for its tenant.</summary>
/// <param name="keys">By tenant.</param>
public sealed class ConfiguredApiKeys(IReadOnlyDictionary<string, ApiKey> keys, TimeProvider clock) : IApiKeys
{
    public bool Any => keys.Count > 0;

    public Task<StoredKey?> Find(string id, CancellationToken token) => Task.FromResult(
        keys.Where(pair => pair.Value.Id == id)
            .Select(pair => new StoredKey(id, pair.Key, pair.Value.Hash(), Scope.All, null, null, null, clock.GetUtcNow())).FirstOrDefault());

    public Task NoteUsed(string id, CancellationToken token) => Task.CompletedTask;
}
