using System.Globalization;
using Navigator.Contracts.Http;
using Navigator.Servers;
using Navigator.Storage.Documents;
using Navigator.Storage.Passages;
using Xunit.Abstractions;

namespace Navigator.Storage.Tests;

/// <summary>The lexical leg against a public test collection: 1,400 abstracts, 225 questions, and which abstracts answer which.</summary>
[Trait("Needs", "Servers")]
public class CranfieldTests(ITestOutputHelper output)
{
    [CorpusFact("cranfield/cran.all.1400")]
    public async Task Bm25_ranks_as_well_as_the_literature_says_and_both_stores_rank_alike()
    {
        var abstracts = Records(Corpora.Get("cranfield/cran.all.1400"));
        var questions = Records(Corpora.Get("cranfield/cran.qry"));
        var relevant = File.ReadLines(Corpora.Get("cranfield/cranqrel")).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length >= 3)
            .ToLookup(parts => int.Parse(parts[0], CultureInfo.InvariantCulture), parts => int.Parse(parts[1], CultureInfo.InvariantCulture));

        using var embedded = TestSqlite.InMemory();
        var vectors = new VectorCache(TestSqlite.Limits.VectorCacheBytes);
        var sqlite = new SqlitePassageIndex(embedded, vectors);
        var abstractsById = await Load(new SqliteDocumentStore(embedded, vectors), sqlite, abstracts);
        await using var database = await TestDatabase.Create();
        var postgres = new PostgresPassageIndex(database.Source, 5_000);
        var samePassages = await Load(new PostgresDocumentStore(database.Source), postgres, abstracts);

        var (gain, scored) = (0.0, 0);
        for (var number = 1; number <= questions.Count; number++)
        {
            var search = new PassageSearch("a", "m", [new PassageQuery(questions[number - 1], Vector)], null, 10, 2);
            var ranked = (await sqlite.Search(search, default))[0].Lexical;
            var wanted = relevant[number].ToHashSet();
            var places = ranked.Select(hit => abstractsById[hit.PassageId]).ToList();
            gain += Dcg(places.Select(wanted.Contains)) / Dcg(Enumerable.Repeat(true, Math.Min(10, wanted.Count)));
            scored++;

            if (number % 10 != 0)
                continue;
            var alike = (await postgres.Search(search, default))[0].Lexical;
            // The sums are made in another order, so equal scores may swap; the scores themselves agree.
            Assert.Equal(ranked.Select(hit => Math.Round(hit.Score, 3)), alike.Select(hit => Math.Round(hit.Score, 3)));
            Assert.True(places.Intersect(alike.Select(hit => samePassages[hit.PassageId])).Count() >= 9);
        }
        output.WriteLine($"nDCG@10 over {scored} questions: {gain / scored:0.000}");
        Assert.True(gain / scored > 0.50, $"nDCG@10 is {gain / scored:0.000}");
    }

    private static readonly ReadOnlyMemory<float> Vector = Enumerable.Repeat(1f, 1_536).ToArray();

    private static double Dcg(IEnumerable<bool> relevant) => relevant.Select((hit, rank) => hit ? 1 / Math.Log2(rank + 2) : 0).Sum();

    /// <returns>The abstract's number for each passage.</returns>
    private static async Task<Dictionary<Guid, int>> Load(IDocumentStore store, IPassageIndex index, List<string> abstracts)
    {
        var (document, _) = await store.Add(
            new NewDocument(Guid.CreateVersion7(), "a", "cranfield", "text/plain", [1], [1], TimeSpan.FromHours(1), TimeSpan.FromHours(1)), default);
        var key = new DocumentKey(document.Id, 1);
        await store.Claim(key, "w", TimeSpan.FromHours(1), false, 1, default);
        // The page carries the abstract's number.
        await store.StorePassages(key, null, [.. abstracts.Select((text, i) => new NewPassage(i + 1, [], text))], TimeSpan.FromHours(1), default);
        foreach (var run in Enumerable.Range(0, abstracts.Count).Chunk(200))
            await store.StoreVectors(key, "m", run, [.. run.Select(_ => Vector)], default);
        Assert.Equal(DocumentStatus.Ready, (await store.Find("a", document.Id, default))!.Status);
        var all = await index.Search(new PassageSearch("a", "m", [new PassageQuery("", Vector)], null, 2_000, -1), default);
        var passages = await index.Read("a", [.. all[0].Nearest.Select(hit => hit.PassageId)], default);
        return passages.ToDictionary(cited => cited.Passage.Id, cited => cited.Passage.Page!.Value);
    }

    /// <summary>Title and text of each record, in order; a stray .I at the end is left out.</summary>
    private static List<string> Records(string file)
    {
        var records = new List<string>();
        var section = ' ';
        var text = new List<string>();
        foreach (var line in File.ReadLines(file).Append(".I end"))
        {
            if (line.StartsWith(".I", StringComparison.Ordinal))
            {
                if (section != ' ')
                    records.Add(string.Join(' ', text).Trim() is { Length: > 0 } found ? found : "empty");
                text.Clear();
                section = 'I';
            }
            else if (line is ['.', var next and ('T' or 'A' or 'B' or 'W')])
                section = next;
            else if (section is 'T' or 'W')
                text.Add(line);
        }
        if (records[^1] == "empty")
            records.RemoveAt(records.Count - 1);
        return records;
    }
}
