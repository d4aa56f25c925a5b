using System.Text;
using Microsoft.Data.Sqlite;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;

namespace Navigator.Storage.Tests;

/// <summary>What every registry of tenants promises. Both implementations run all of it.</summary>
public abstract class TenantContract : IAsyncLifetime
{
    private ITenantRegistry registry = null!;
    private IApiKeys keys = null!;

    [Fact]
    public async Task A_key_is_found_by_its_id_and_fits_only_its_secret()
    {
        var key = await registry.CreateKey("acme", [Scope.Chat, Scope.Operate], TimeSpan.FromDays(1), default);

        var kept = (await keys.Find(key.Id, default))!;

        Assert.Equal(("acme", 2, true), (kept.Tenant, kept.Scopes.Count, kept.IsLive));
        Assert.True(StoredKey.Matches(kept, key));
        Assert.True(StoredKey.Matches(kept, ApiKey.Parse(key.Reveal())!));
        Assert.False(StoredKey.Matches(kept, ApiKey.Create() with { Id = key.Id }));
        Assert.False(StoredKey.Matches(null, key));
        Assert.Null(await keys.Find(ApiKey.Create().Id, default));
        Assert.Null(kept.LastUsedAt);
        await keys.NoteUsed(key.Id, default);
        Assert.NotNull((await keys.Find(key.Id, default))!.LastUsedAt);
    }

    [Fact]
    public async Task An_expired_key_and_a_revoked_one_do_not_fit()
    {
        var (expired, revoked, live) = (
            await registry.CreateKey("acme", [Scope.Chat], TimeSpan.FromMilliseconds(1), default),
            await registry.CreateKey("acme", [Scope.Chat], null, default), await registry.CreateKey("acme", [Scope.Chat], null, default));
        await registry.RevokeKey(revoked.Id, default);
        await Task.Delay(20);

        Assert.False(StoredKey.Matches(await keys.Find(expired.Id, default), expired));
        Assert.False(StoredKey.Matches(await keys.Find(revoked.Id, default), revoked));
        Assert.True(StoredKey.Matches(await keys.Find(live.Id, default), live));
        Assert.Equal(["expired", "revoked", "live"], (await registry.Keys("acme", default)).Select(key => key.State));
        Assert.Equal(1, Assert.Single(await registry.List(default), tenant => tenant.Id == "acme").LiveKeys);
    }

    [Fact]
    public async Task A_tenant_has_room_for_a_few_live_keys()
    {
        for (var i = 0; i < TenantRules.LiveKeysPerTenant; i++)
            await registry.CreateKey("acme", [Scope.Chat], null, default);

        var error = await Assert.ThrowsAsync<TenantException>(() => registry.CreateKey("acme", [Scope.Chat], null, default));
        Assert.Contains("Revoke one first", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_canary")]
    [InlineData("a,b")]
    [InlineData("Acme")]
    [InlineData("-a")]
    [InlineData("a\n")]
    public async Task Names_that_would_mean_something_else_are_refused(string name) =>
        await Assert.ThrowsAsync<TenantException>(() => registry.Create(name, default));

    [Fact]
    public async Task What_is_not_there_is_said()
    {
        await Assert.ThrowsAsync<TenantException>(() => registry.Create("acme", default));
        await Assert.ThrowsAsync<TenantException>(() => registry.Delete("nobody", default));
        await Assert.ThrowsAsync<TenantException>(() => registry.WebhookSecret("nobody", rotate: true, default));
        await Assert.ThrowsAsync<TenantException>(() => registry.CreateKey("nobody", [Scope.Chat], null, default));
        await Assert.ThrowsAsync<TenantException>(() => registry.CreateKey("acme", ["everything"], null, default));
        await Assert.ThrowsAsync<TenantException>(() => registry.CreateKey("acme", [], null, default));
        await Assert.ThrowsAsync<TenantException>(() => registry.RevokeKey("nobody", default));
    }

    [Fact]
    public async Task A_webhook_secret_stays_until_it_is_rotated()
    {
        var first = await registry.WebhookSecret("acme", rotate: false, default);

        Assert.Equal(first, await registry.WebhookSecret("acme", rotate: false, default));
        Assert.StartsWith("whsec_", first, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(first["whsec_".Length..]).Length);
        var second = await registry.WebhookSecret("acme", rotate: true, default);
        Assert.NotEqual(first, second);
        Assert.Equal(second, await registry.WebhookSecret("acme", rotate: false, default));
    }

    [Fact]
    public async Task What_was_done_is_on_record_the_newest_first()
    {
        await registry.Create("zebra", default);
        var key = await registry.CreateKey("acme", [Scope.Chat], null, default);
        await registry.RevokeKey(key.Id, default);

        var all = await registry.Audit(null, 3, default);
        Assert.Equal(
            [("acme", "key.revoke", key.Id), ("acme", "key.create", key.Id), ("zebra", "tenant.create", "zebra")],
            all.Select(entry => (entry.Tenant, entry.Action, entry.Subject)));
        Assert.All(all, entry => Assert.StartsWith("owner:", entry.Actor, StringComparison.Ordinal));
        Assert.Equal("zebra", Assert.Single(await registry.Audit("zebra", 10, default)).Subject);
    }

    public async Task InitializeAsync()
    {
        (registry, keys) = await Create();
        await registry.Create("acme", default);
    }

    public abstract Task DisposeAsync();

    protected abstract Task<(ITenantRegistry Registry, IApiKeys Keys)> Create();
}

[Trait("Needs", "Servers")]
public sealed class PostgresTenantTests : TenantContract
{
    private TestDatabase database = null!;

    public override async Task DisposeAsync() => await database.DisposeAsync();

    protected override async Task<(ITenantRegistry Registry, IApiKeys Keys)> Create()
    {
        database = await TestDatabase.Create();
        return (new PostgresTenantRegistry(database.Owner), new PostgresApiKeys(database.Api));
    }
}

public sealed class SqliteTenantTests : TenantContract
{
    private readonly TemporaryFile file = new();
    private SqliteDatabase database = null!;

    [Fact]
    public async Task The_secret_stands_nowhere_in_the_file()
    {
        var key = await new SqliteTenantRegistry(database).CreateKey("acme", [Scope.Chat], null, default);
        database.Dispose();

        var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file.Path));

        Assert.Contains(key.Id, text, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Secret, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_the_settings_and_one_of_the_file_both_let_in()
    {
        var (configured, registry, kept) = (ApiKey.Create(), new SqliteTenantRegistry(database), new SqliteApiKeys(database));
        var both = new EmbeddedApiKeys(
            new ConfiguredApiKeys(new Dictionary<string, ApiKey> { ["zebra"] = configured }, TimeProvider.System), kept);
        var fileAlone = new EmbeddedApiKeys(new ConfiguredApiKeys(new Dictionary<string, ApiKey>(), TimeProvider.System), kept);
        Assert.True(await both.Any(default));
        Assert.False(await fileAlone.Any(default));

        var made = await registry.CreateKey("acme", [Scope.Chat], null, default);

        Assert.True(await fileAlone.Any(default));
        Assert.Equal(("zebra", "acme"), ((await both.Find(configured.Id, default))!.Tenant, (await both.Find(made.Id, default))!.Tenant));
        Assert.Null(await both.Find(ApiKey.Create().Id, default));
        await both.NoteUsed(configured.Id, default);
        await both.NoteUsed(made.Id, default);
        Assert.NotNull((await kept.Find(made.Id, default))!.LastUsedAt);
        await registry.RevokeKey(made.Id, default);
        Assert.False(await fileAlone.Any(default));
    }

    [Fact]
    public async Task A_deleted_tenant_leaves_nothing_but_the_record_of_it()
    {
        var (registry, ledger) = (new SqliteTenantRegistry(database), TestSqlite.Ledger(database));
        await registry.Create("zugvogel", default);
        var key = await registry.CreateKey("zugvogel", Scope.All, null, default);
        var others = Question("acme");
        foreach (var question in new[] { Question("zugvogel"), others })
            await ledger.Submit(question, default);
        await new SqliteReplayStore(database).Create("zugvogel", new ReplaySelection([JobStatus.Failed]), 1, 1, 0, default);

        var (jobs, documents) = await registry.Delete("zugvogel", default);

        Assert.Equal((1, 0), (jobs, documents));
        Assert.Empty(await TablesThatSay("zugvogel"));
        Assert.Null(await new SqliteApiKeys(database).Find(key.Id, default));
        Assert.Equal(["tenant.delete", "key.create", "tenant.create"], (await registry.Audit("zugvogel", 10, default)).Select(entry => entry.Action));
        Assert.NotNull(await ledger.Read(others.Id, default));
    }

    public override Task DisposeAsync()
    {
        database.Dispose();
        file.Dispose();
        return Task.CompletedTask;
    }

    protected override Task<(ITenantRegistry Registry, IApiKeys Keys)> Create()
    {
        database = SqliteDatabase.Open(file.Path, TimeProvider.System, TestSqlite.Limits);
        return Task.FromResult<(ITenantRegistry, IApiKeys)>((new SqliteTenantRegistry(database), new SqliteApiKeys(database)));
    }

    private static NewJob Question(string tenant) => new(
        Guid.CreateVersion7(), tenant, "talk", $"What does {tenant} say?", new JobOptions(false, null, null, "https://example.com/"), null, [1],
        TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10), new TenantShare(10, 10));

    /// <summary>Tables with a row that says this anywhere, but for the audit.</summary>
    private Task<List<string>> TablesThatSay(string words) => database.Read(
        session => session.All("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit'", row => row.GetString(0))
            .Where(table => session.All($"SELECT * FROM {table}", row => Says(row, words)).Contains(true)).ToList(),
        default);

    private static bool Says(SqliteDataReader row, string words) => Enumerable.Range(0, row.FieldCount)
        .Any(i => row.GetValue(i) is string text && text.Contains(words, StringComparison.OrdinalIgnoreCase));
}
