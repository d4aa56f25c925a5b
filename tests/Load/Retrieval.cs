using System.Diagnostics;
using System.Globalization;
using Navigator.Servers;
using Navigator.Storage.Passages;
using Npgsql;

namespace Navigator.Load;

/// <summary>
/// One tenant with many passages beside 200 with few: what a search takes at twenty questions a second, in a database without statistics and
/// with them, and how many of the ten nearest passages the HNSW index finds. Embedded, the large tenant alone, cold and warm.
/// </summary>
internal sealed class Retrieval(MadePassages made, int passages, TimeSpan length)
{
    private const string Large = "large";
    private const int SmallTenants = 200;
    private const int PerSecond = 20;

    /// <summary>Passages of a document: one of a hundred pages, and one of twenty.</summary>
    private const int LongDocument = 250, ShortDocument = 50;

    private const int RecallAt = 10;

    /// <summary>Milliseconds at the 95th percentile, and the least recall.</summary>
    private const double LargeGoal = 40, SmallGoal = 15, RecallGoal = 0.95;

    /// <summary>Until the code is compiled for speed and every connection has its plans.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    private static readonly string[] Tables = ["document", "passage", "passage_vector", "posting"];

    /// <summary>Measures PostgreSQL.</summary>
    /// <returns>True if all goals are met with statistics.</returns>
    public async Task<bool> OnPostgres(CancellationToken token)
    {
        var servers = await ServerSet.Get();
        var database = await servers.CreateNavigator();
        try
        {
            foreach (var table in Tables)
                await Execute(database.Owner, $"ALTER TABLE {table} SET (autovacuum_enabled = false)");
            // Built when all is stored, which takes half of the time and is measured by itself.
            await Execute(database.Owner, "DROP INDEX passage_vector_384");
            await using var store = SearchedStore.OnPostgres(database.Worker);
            var started = Stopwatch.GetTimestamp();
            var documents = await store.Fill(made, Large, 0, passages, LongDocument, token);
            Say($"{passages} passages of one tenant in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
            for (var i = 0; i < SmallTenants; i++)
                await store.Fill(made, Small(i), passages + i * 200, 50 + i * 151 / SmallTenants, ShortDocument, token);

            await BuildIndex(database.Owner);
            servers.Processes.TryGetValue("postgres", out var postgres);
            await Measure("without statistics", store, documents, postgres, token);
            await Execute(database.Owner, $"VACUUM (ANALYZE) {string.Join(", ", Tables)}");
            var good = await Measure("with statistics", store, documents, postgres, token);
            good &= await Recall(store, database.Worker, token) >= RecallGoal;
            await Sizes(database.Owner);
            return good;
        }
        finally
        {
            await servers.Drop(database);
        }
    }

    /// <summary>Measures the embedded file.</summary>
    public async Task OnFile(string directory, CancellationToken token)
    {
        IReadOnlyList<Guid> documents;
        await using (var store = SearchedStore.OnFile(directory))
        {
            var started = Stopwatch.GetTimestamp();
            documents = await store.Fill(made, Large, 0, passages, LongDocument, token);
            Say($"{passages} passages in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        }
        await using var opened = SearchedStore.OnFile(directory);
        foreach (var nth in new[] { "first", "second" })
        {
            var started = Stopwatch.GetTimestamp();
            await opened.Search(Large, made.Questions[0], null, token);
            Say($"the {nth} search after the start: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
        }
        await Arrive(WarmUp, i => opened.Search(Large, Question(i), null, token), token);
        Print("all documents", await Arrive(length, i => opened.Search(Large, Question(i), null, token), token));
        Print("one document", await Arrive(length, i => opened.Search(Large, Question(i), documents[i % documents.Count], token), token));
    }

    private async Task<bool> Measure(string phase, SearchedStore store, IReadOnlyList<Guid> documents, int postgres, CancellationToken token)
    {
        Task Mixed(int i) => store.Search(i % 2 == 0 ? Large : Small(i / 2 % SmallTenants), Question(i / 2), null, token);
        await Arrive(WarmUp, Mixed, token);
        var before = (Server: ProcessorTime.Of(postgres), Own: ProcessorTime.Of(Environment.ProcessId));
        var mixed = await Arrive(length, Mixed, token);
        var after = (Server: ProcessorTime.Of(postgres), Own: ProcessorTime.Of(Environment.ProcessId));
        var one = await Arrive(length, i => store.Search(Large, Question(i), documents[i * 7 % documents.Count], token), token);

        Say($"{phase}, {PerSecond} a second");
        var large = Print("large tenant", mixed.Where((_, i) => i % 2 == 0));
        var small = Print("small tenants", mixed.Where((_, i) => i % 2 == 1));
        Print("one of its documents", one);
        var (server, own) = ((after.Server - before.Server) * 1000 / mixed.Length, (after.Own - before.Own) * 1000 / mixed.Length);
        Say($"  processor time a search of the mix, ms: PostgreSQL {server:0.0}, this process {own:0.0}");
        return large.P95 <= LargeGoal && small.P95 <= SmallGoal;
    }

    /// <returns>Share of the ten nearest passages that are among the first ten of the product's vector leg.</returns>
    private async Task<double> Recall(SearchedStore store, string connection, CancellationToken token)
    {
        await using var exact = SearchedStore.OnPostgres(connection, exactUpTo: long.MaxValue);
        var (found, wanted) = (0, 0);
        foreach (var question in made.Questions)
        {
            var search = new PassageSearch(Large, MadePassages.Model, [question], null, 40, 0.25);
            var nearest = (await exact.Index.Search(search, token))[0].Nearest.Take(RecallAt).Select(hit => hit.PassageId).ToHashSet();
            wanted += nearest.Count;
            found += (await store.Index.Search(search, token))[0].Nearest.Take(RecallAt).Count(hit => nearest.Contains(hit.PassageId));
        }
        var recall = (double)found / Math.Max(1, wanted);
        Say($"recall@{RecallAt} of the vector leg over {made.Questions.Count} questions: {recall:0.000}");
        return recall;
    }

    private static async Task Sizes(string owner)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false");
        await connection.OpenAsync();
        await using var sizes = new NpgsqlCommand(
            """
            SELECT relname, pg_relation_size(oid) / 1048576 FROM pg_class
            WHERE  relname ~ '^(passage|posting)' AND relkind IN ('r', 'i') AND pg_relation_size(oid) > 0 ORDER BY 2 DESC
            """, connection);
        await using (var row = await sizes.ExecuteReaderAsync())
            while (await row.ReadAsync())
                Say($"{row.GetString(0),-32}{row.GetInt64(1),8} MB");
    }

    /// <summary>As in migration 0020. In one process, because pgvector before 0.8.2 may overflow a buffer in parallel builds.</summary>
    private static async Task BuildIndex(string owner)
    {
        var started = Stopwatch.GetTimestamp();
        await Execute(
            owner,
            """
            SET maintenance_work_mem = '1GB';
            SET max_parallel_maintenance_workers = 0;
            CREATE INDEX passage_vector_384 ON passage_vector USING hnsw ((vector::halfvec(384)) halfvec_cosine_ops) WHERE vector_dims(vector) = 384
            """);
        Say($"the HNSW index of all vectors in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, in one process");
    }

    /// <summary>Searches at a steady rate, whatever they take.</summary>
    /// <returns>Milliseconds from when each was to begin, in their order; infinity for a search that failed.</returns>
    private static async Task<double[]> Arrive(TimeSpan length, Func<int, Task> search, CancellationToken token)
    {
        var started = Stopwatch.GetTimestamp();
        var searches = new Task<double>[(int)(length.TotalSeconds * PerSecond)];
        for (var i = 0; i < searches.Length; i++)
        {
            var (number, at) = (i, started + i * Stopwatch.Frequency / PerSecond);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at) is { Ticks: > 0 } early)
                await Task.Delay(early, token);
            searches[i] = Task.Run(
                async () =>
                {
                    try
                    {
                        await search(number);
                        return Stopwatch.GetElapsedTime(at).TotalMilliseconds;
                    }
                    catch (NpgsqlException)
                    {
                        return double.PositiveInfinity;
                    }
                }, token);
        }
        return await Task.WhenAll(searches);
    }

    private PassageQuery Question(int number) => made.Questions[number % made.Questions.Count];

    private static string Small(int number) => $"small-{number}";

    private static Percentiles Print(string what, IEnumerable<double> milliseconds)
    {
        var p = Percentiles.Of(milliseconds);
        Say($"  {what,-22} ms: p50 {p.P50:0.0}, p95 {p.P95:0.0}, p99 {p.P99:0.0}, max {p.Max:0}; load average {LoadAverage()}");
        return p;
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static async Task Execute(string owner, string sql)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false;Command Timeout=3600");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
