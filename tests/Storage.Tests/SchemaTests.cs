using Navigator.Servers;
using Navigator.Storage.Migrations;
using Npgsql;

namespace Navigator.Storage.Tests;

[Trait("Needs", "Servers")]
public sealed class SchemaTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    [Theory]
    [InlineData("status = 'done'", "known_status")]
    [InlineData("status = 'answered', finished_at = now(), due_at = NULL", "answered_has_answer")]
    [InlineData("status = 'failed', finished_at = now(), due_at = NULL", "ended_badly_has_error")]
    [InlineData("status = 'cancelled', due_at = NULL", "finished_has_time")]
    [InlineData("due_at = NULL", "unfinished_is_due")]
    [InlineData("due_at = deadline_at + interval '1 s'", "due_by_deadline")]
    [InlineData("pending = '{documents}'", "pending_in_tools")]
    [InlineData("stage = 'tools', plan = '{}', status = 'running', started_at = now()", "tools_have_pending")]
    [InlineData("stage = 'tools', plan = '{}', pending = '{Telephone!}'", "named_pending")]
    [InlineData("stage = 'answer'", "planned_has_plan")]
    [InlineData("claimed_by = 'w'", "claim_is_running")]
    [InlineData("status = 'running'", "running_has_started")]
    [InlineData("attempt = 0", "attempts_count_from_one")]
    [InlineData("error_message = 'x'", "error_has_both_parts")]
    [InlineData("first_attempt = 2", "first_attempt_came_before")]
    [InlineData("queued_at = deadline_at + interval '1 s'", "queued_before_deadline")]
    public async Task A_row_that_makes_no_sense_is_impossible(string change, string constraint)
    {
        await database.Execute(
            """
            INSERT INTO chat_job (id, tenant_id, conversation_id, question, options, request_hash, deadline_at, due_at)
            VALUES (gen_random_uuid(), 'a', 'c', 'q', '{}', '', now() + interval '2 min', now() + interval '1 min')
            """);

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.Execute($"UPDATE chat_job SET {change}"));

        Assert.Equal(constraint, error.ConstraintName);
    }

    [Theory]
    [InlineData("status = 'ready', finished_at = now(), due_at = NULL, content = NULL, passages = 3, embedded = 2", "ready_is_embedded")]
    [InlineData("status = 'failed', finished_at = now(), due_at = NULL, content = NULL", "failed_has_error")]
    [InlineData("content = NULL", "content_until_extracted")]
    [InlineData("status = 'failed', finished_at = now(), due_at = NULL, error_code = 'c', error_message = 'm'", "failed_has_no_content")]
    [InlineData("status = 'searchable', content = NULL, passages = 0", "extracted_has_passages")]
    public async Task A_document_that_makes_no_sense_is_impossible(string change, string constraint)
    {
        await database.Execute(
            """
            INSERT INTO document (id, tenant_id, title, media_type, bytes, sha256, content, deadline_at, due_at)
            VALUES (gen_random_uuid(), 'a', 't', 'text/plain', 1, 'h', 'x', now() + interval '2 min', now() + interval '1 min')
            """);

        var error = await Assert.ThrowsAsync<PostgresException>(() => database.Execute($"UPDATE document SET {change}"));

        Assert.Equal(constraint, error.ConstraintName);
    }

    [Fact]
    public async Task Processes_that_start_together_migrate_once()
    {
        var servers = await ServerSet.Get();
        var empty = await servers.CreateDatabase();
        await using var source = TestDatabase.Open(empty);

        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.Migrate(source, default)));

        Assert.NotEmpty(Assert.Single(applied, names => names.Count > 0));
        await source.DisposeAsync();
        await servers.DropDatabase(empty);
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused()
    {
        await database.Execute("INSERT INTO schema_migration (name) VALUES ('9999_from_the_future')");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Migrate(database.Owner, default));

        Assert.Contains("9999_from_the_future", error.Message, StringComparison.Ordinal);
    }

    public async Task InitializeAsync() => database = await TestDatabase.Create();

    public async Task DisposeAsync() => await database.DisposeAsync();
}
