using Navigator.Servers;
using Navigator.Storage.Documents;
using Navigator.Storage.Migrations;
using Navigator.Storage.Passages;

namespace Navigator.Storage.Tests;

/// <summary>Migration 0023: the postings of a database that an earlier version filled.</summary>
[Trait("Needs", "Servers")]
public sealed class PostingsMigrationTests
{
    private const string Migration = "0023_store_postings_by_document";

    [Fact]
    public async Task Postings_that_were_rows_become_what_ingestion_stores_now()
    {
        var servers = await ServerSet.Get();
        var database = await servers.CreateDatabase();
        await using (var source = TestDatabase.Open(database))
        {
            var passages = Enumerable.Range(0, 300)
                .Select(i => new NewPassage(null, [], $"ambulance {(i % 7 == 0 ? "ambulance" : $"word{i}")}")).ToList();
            await Run(source, "CREATE TABLE schema_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())");
            foreach (var (name, sql) in Migrator.Shipped("postgres/").Where(each => string.CompareOrdinal(each.Key, Migration) < 0))
                await Run(source, $"{sql};\nINSERT INTO schema_migration (name) VALUES ('{name}')");
            await Run(
                source,
                """
                INSERT INTO document (id, tenant_id, title, media_type, bytes, sha256, content, deadline_at, due_at)
                VALUES ('00000000-0000-0000-0000-000000000001', 'a', 't', 'text/plain', 1, 'h', 'x', now() + interval '2 min', now())
                """);
            foreach (var (ordinal, passage) in passages.Index())
                await Run(
                    source,
                    $"INSERT INTO passage (id, tenant_id, document_id, ordinal, headings, text) VALUES ('{Id(ordinal)}', 'a', "
                    + $"'00000000-0000-0000-0000-000000000001', {ordinal}, ARRAY[]::text[], 'x');"
                    + string.Concat(Bm25.Weigh(passage.Text).Select(term => FormattableString.Invariant(
                        $"""
                        INSERT INTO passage_term
                        VALUES ('a', '{term.Key}', '{Id(ordinal)}', '00000000-0000-0000-0000-000000000001', {term.Value});
                        """))));

            Assert.Contains(Migration, await Migrator.Migrate(source, default));

            await using var read = source.WithoutTenant(
                "SELECT term, first_ordinal, weights FROM posting ORDER BY first_ordinal, term COLLATE \"C\"");
            var stored = await read.All(row => (row.GetString(0), row.GetInt32(1), Convert.ToHexString(row.GetFieldValue<byte[]>(2))), default);
            var expected = passages.Index().Chunk(PostgresPassages.AtOnce)
                .SelectMany(some => Posting.Weigh(some.Select(each => (each.Index, each.Item.Searchable())))
                    .Select(term => (term.Term, some[0].Index, Convert.ToHexString(term.Weights))));
            Assert.Equal(expected, stored);
        }
        await servers.DropDatabase(database);
    }

    private static Guid Id(int ordinal) => new(ordinal + 1, 0, 0, new byte[8]);

    private static async Task Run(Npgsql.NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
