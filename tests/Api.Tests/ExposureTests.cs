using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Api.Access;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Tests;

/// <summary>Where keys are needed.</summary>
public sealed class ExposureTests : IDisposable
{
    private readonly SqliteDatabase database =
        SqliteDatabase.InMemory(TimeProvider.System, new SqliteLimits(64, 1, TimeSpan.FromSeconds(20), 0));

    [Fact]
    public async Task Distributed_always() => Assert.True(await NeedsKeys(null));

    [Fact]
    public async Task Embedded_when_the_settings_have_one()
    {
        Assert.False(await NeedsKeys(Keys()));
        Assert.True(await NeedsKeys(Keys(("acme", ApiKey.Create()))));
    }

    [Fact]
    public async Task Embedded_when_the_file_has_one_that_is_live()
    {
        var registry = new SqliteTenantRegistry(database);
        await registry.Create("acme", default);
        Assert.False(await NeedsKeys(Keys()));
        var key = await registry.CreateKey("acme", [Scope.Chat], null, default);

        Assert.True(await NeedsKeys(Keys()));
        await registry.RevokeKey(key.Id, default);
        Assert.False(await NeedsKeys(Keys()));
    }

    [Fact]
    public async Task Embedded_from_the_first_key_on_until_the_process_ends()
    {
        var registry = new SqliteTenantRegistry(database);
        await registry.Create("acme", default);
        using var exposure = await Started(Keys());
        Assert.False(exposure.NeedsKeys);

        var key = await registry.CreateKey("acme", [Scope.Chat], null, default);

        await Eventually.Holds(() => exposure.NeedsKeys);
        await exposure.ExecuteTask!;
        await registry.RevokeKey(key.Id, default);
        Assert.True(exposure.NeedsKeys);
    }

    public void Dispose() => database.Dispose();

    private static async Task<bool> NeedsKeys(EmbeddedApiKeys? keys)
    {
        using var exposure = await Started(keys);
        return exposure.NeedsKeys;
    }

    private static async Task<Exposure> Started(EmbeddedApiKeys? keys)
    {
        var exposure = new Exposure(keys, TimeProvider.System, NullLogger<Exposure>.Instance);
        await exposure.StartAsync(default);
        return exposure;
    }

    private EmbeddedApiKeys Keys(params (string Tenant, ApiKey Key)[] configured) => new(
        new ConfiguredApiKeys(configured.ToDictionary(pair => pair.Tenant, pair => pair.Key), TimeProvider.System), new SqliteApiKeys(database));
}
