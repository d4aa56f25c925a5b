using Navigator.Storage.Hosting;
using Navigator.Storage.Ledger;
using Navigator.Storage.Migrations;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Storage.Tests;

/// <summary>What the database itself keeps apart, whatever a statement forgets.</summary>
[Trait("Needs", "Servers")]
public sealed class IsolationTests(IsolationTests.RowsOfATenant rows) : IClassFixture<IsolationTests.RowsOfATenant>
{
    private static readonly string[] Tables = ["chat_job", "document", "passage", "posting", "passage_vector", "replay", "webhook"];

    private readonly TestDatabase database = rows.Database;

    public static TheoryData<string, string, string?> EachTable()
    {
        var cases = new TheoryData<string, string, string?>();
        foreach (var table in Tables)
            foreach (var role in new[] { "api", "worker" })
                foreach (var tenant in new[] { null, "", "b", "a-", ",", "b,c" })
                    cases.Add(role, table, tenant);
        return cases;
    }

    [Theory]
    [MemberData(nameof(EachTable))]
    public async Task Nobody_reads_changes_or_deletes_anothers_rows(string role, string table, string? tenant)
    {
        var source = role == "api" ? database.Api : database.Source;
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (tenant is not null)
            await Run(connection, $"SELECT set_config('app.tenant_id', '{tenant}', true)");

        Assert.Equal(0L, await Scalar(connection, $"SELECT count(*) FROM {table}"));
        if (role == "worker" || table is not ("passage" or "posting" or "passage_vector"))
            Assert.Equal(0, await Run(connection, $"UPDATE {table} SET tenant_id = tenant_id"));
        Assert.Equal(0, await Run(connection, $"DELETE FROM {table}"));
        await transaction.CommitAsync();
        Assert.True(await database.Count($"SELECT count(*) FROM {table} WHERE tenant_id = 'a'") > 0);
    }

    [Fact]
    public async Task A_row_cannot_be_given_to_another_tenant_nor_made_for_one()
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        foreach (var sql in new[]
        {
            "UPDATE chat_job SET tenant_id = 'b'",
            "INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, request_hash, deadline_at, due_at) VALUES (gen_random_uuid(), "
                + "'b', 'c', 'q', '{}', '', now(), now())",
        })
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Run(connection, "SELECT set_config('app.tenant_id', 'a', true)");
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege,
                (await Assert.ThrowsAsync<PostgresException>(() => Run(connection, sql))).SqlState);
        }
    }

    [Fact]
    public async Task A_connection_forgets_whom_it_served_a_moment_ago()
    {
        await using var one = StorageSetup.DataSource(database.Access.Worker,
            new PostgresPool(1, 1, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), 5_000, GroupSize: 64));
        var ledger = TestDatabase.Ledger(one);
        Assert.Single(await ledger.List("a", new JobFilter(null, null, null, 10), default));

        await using var connection = await one.OpenConnectionAsync();
        foreach (var table in Tables)
            Assert.Equal(0L, await Scalar(connection, $"SELECT count(*) FROM {table}"));
        Assert.Empty(await Task.Run(async () =>
        {
            await connection.CloseAsync();
            return await ledger.List("b", new JobFilter(null, null, null, 10), default);
        }));
    }

    [Theory]
    [InlineData("api", "SELECT tenants_of_jobs('{}')")]
    [InlineData("api", "SELECT tenants_of_document(gen_random_uuid())")]
    [InlineData("api", "SELECT * FROM documents_to_embed('m', 1)")]
    [InlineData("api", "SELECT * FROM embedding_model")]
    [InlineData("worker", "DELETE FROM embedding_model")]
    [InlineData("worker", "SELECT * FROM find_api_key('x')")]
    [InlineData("worker", "SELECT note_api_key_used('x')")]
    [InlineData("api", "SELECT * FROM api_key")]
    [InlineData("worker", "SELECT * FROM api_key")]
    [InlineData("api", "SELECT * FROM tenant")]
    [InlineData("worker", "UPDATE tenant SET webhook_secret = ''")]
    [InlineData("api", "SELECT * FROM audit")]
    [InlineData("worker", "UPDATE audit SET action = ''")]
    [InlineData("api", "DELETE FROM audit")]
    [InlineData("worker", "TRUNCATE chat_job")]
    [InlineData("api", "ALTER TABLE chat_job DISABLE ROW LEVEL SECURITY")]
    [InlineData("worker", "SET ROLE navigator_lookup")]
    [InlineData("api", "SET ROLE navigator_keys")]
    [InlineData("api", "SET ROLE navigator_worker")]
    [InlineData("api", "CREATE TABLE mine ()")]
    public async Task The_running_system_may_not(string role, string sql)
    {
        await using var connection = await (role == "api" ? database.Api : database.Source).OpenConnectionAsync();

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => Run(connection, sql))).SqlState);
    }

    /// <summary>As whom the functions run that know no tenant yet. A mistake in one of them gives away no more than these columns.</summary>
    [Theory]
    [InlineData("navigator_lookup",
        "chat_job: due_at finished_at held id queued_at replay_id status tenant_id | "
            + "document: due_at embedded_by finished_at id reembed_at status tenant_id | "
            + "replay: due_at finished_at id tenant_id | webhook: due_at tenant_id")]
    [InlineData("navigator_keys", "api_key: expires_at id last_used_at revoked_at scopes secret_sha256 tenant_id")]
    public async Task Who_looks_things_up_reads_these_columns_and_no_others(string role, string readable)
    {
        await using var command = database.Owner.CreateCommand(
            """
            SELECT string_agg(columns, ' | ' ORDER BY columns)
            FROM   (SELECT c.relname || ': ' || string_agg(a.attname, ' ' ORDER BY a.attname) AS columns
                    FROM   pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE  c.relkind IN ('r', 'v', 'm', 'p') AND c.relnamespace = 'public'::regnamespace
                    AND    has_column_privilege($1, c.oid, a.attnum, 'SELECT')
                    GROUP  BY c.relname) AS tables
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = role });

        Assert.Equal(readable, await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("navigator_lookup", "SELECT secret_sha256 FROM api_key")]
    [InlineData("navigator_lookup", "SELECT id FROM api_key")]
    [InlineData("navigator_lookup", "UPDATE api_key SET last_used_at = now()")]
    [InlineData("navigator_lookup", "SELECT * FROM find_api_key('x')")]
    [InlineData("navigator_lookup", "SELECT question FROM chat_job")]
    [InlineData("navigator_lookup", "SELECT title FROM document")]
    [InlineData("navigator_lookup", "SELECT webhook_secret FROM tenant")]
    [InlineData("navigator_keys", "SELECT created_at FROM api_key")]
    [InlineData("navigator_keys", "UPDATE api_key SET secret_sha256 = ''")]
    [InlineData("navigator_keys", "UPDATE api_key SET revoked_at = NULL")]
    [InlineData("navigator_keys", "DELETE FROM api_key")]
    [InlineData("navigator_keys", "SELECT id FROM chat_job")]
    [InlineData("navigator_keys", "SELECT webhook_secret FROM tenant")]
    public async Task Who_looks_things_up_may_not(string role, string sql)
    {
        await using var connection = await database.Owner.OpenConnectionAsync();
        await Run(connection, $"SET ROLE {role}");

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => Run(connection, sql))).SqlState);
        await Run(connection, "RESET ROLE");
    }

    /// <summary>The function works as its own role, and for an API alone.</summary>
    [Fact]
    public async Task A_key_is_found_with_its_hash_and_its_use_noted()
    {
        var registry = new PostgresTenantRegistry(database.Owner);
        await registry.Create("acme", default);
        var key = await registry.CreateKey("acme", [Scope.Chat], null, default);
        var keys = new PostgresApiKeys(database.Api);

        await keys.NoteUsed(key.Id, default);
        var kept = await keys.Find(key.Id, default);

        Assert.True(StoredKey.Matches(kept, key));
        Assert.NotNull(kept!.LastUsedAt);
    }

    [Fact]
    public async Task Every_table_with_a_tenant_is_guarded_against_its_owner_too()
    {
        await using var command = database.Owner.CreateCommand(
            """
            SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity
            FROM   pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE  c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname = 'tenant_id'
            """);
        await using var row = await command.ExecuteReaderAsync();
        var guarded = new Dictionary<string, bool>();
        while (await row.ReadAsync())
            guarded[row.GetString(0)] = row.GetBoolean(1);

        Assert.Superset(Tables.ToHashSet(), guarded.Keys.ToHashSet());
        Assert.All(guarded, table => Assert.True(table.Value, table.Key));
    }

    [Fact]
    public async Task A_process_that_logs_in_as_the_owner_or_as_the_other_role_is_told_so()
    {
        Assert.Null(await RuntimeRole.Problem(database.Source, consumes: true, default));
        Assert.Null(await RuntimeRole.Problem(database.Api, consumes: false, default));
        Assert.Contains("may bypass row-level security", await RuntimeRole.Problem(database.Owner, consumes: true, default),
            StringComparison.Ordinal);
        Assert.Contains("a member of navigator_worker", await RuntimeRole.Problem(database.Api, consumes: true, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_who_is_no_superuser_can_migrate_manage_and_is_held_to_the_policies()
    {
        await using var plain = await PlainOwner.Create();

        Assert.NotEmpty(await Migrator.Migrate(plain.Source, default));
        var registry = new PostgresTenantRegistry(plain.Source);
        await registry.Create("acme", default);
        Assert.NotNull(await registry.CreateKey("acme", [Scope.Chat], null, default));
        Assert.Equal(1, Assert.Single(await registry.List(default)).LiveKeys);
        Assert.Equal(2, (await registry.Audit(null, 10, default)).Count);
    }

    private static async Task<int> Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> Scalar(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Tenant a's rows, one in each table. No test changes them: that none can is what the tests are about.</summary>
    public sealed class RowsOfATenant : IAsyncLifetime
    {
        internal TestDatabase Database { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Database = await TestDatabase.Create();
            await Database.Execute(
                """
                INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, request_hash, deadline_at, due_at)
                VALUES ('00000000-0000-0000-0000-000000000003', 'a', 'c', 'q', '{}', '', now() + interval '2 min', now());
                INSERT INTO webhook (job_id, tenant_id, url, due_at)
                VALUES ('00000000-0000-0000-0000-000000000003', 'a', 'https://example.com/', now());
                INSERT INTO document (id, tenant_id, title, media_type, bytes, sha256, content, deadline_at, due_at)
                VALUES ('00000000-0000-0000-0000-000000000001', 'a', 't', 'text/plain', 1, 'h', 'x', now() + interval '2 min',
                    now() + interval '1 min');
                INSERT INTO passage (id, tenant_id, document_id, ordinal, headings, text)
                VALUES ('00000000-0000-0000-0000-000000000002', 'a', '00000000-0000-0000-0000-000000000001', 0, '{}', 'x');
                INSERT INTO posting VALUES ('a', 'x', '00000000-0000-0000-0000-000000000001', 0, '\x000000000000803f');
                INSERT INTO passage_vector VALUES ('a', '00000000-0000-0000-0000-000000000001', 'm', '00000000-0000-0000-0000-000000000002', '[1]');
                INSERT INTO replay (id, tenant_id, filter, rate_per_second, max_jobs, matched) VALUES (gen_random_uuid(), 'a', '{}', 1, 1, 0);
                """);
        }

        public async Task DisposeAsync() => await Database.DisposeAsync();
    }
}
