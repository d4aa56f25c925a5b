using System.Numerics;
using Navigator.Contracts.Http;

namespace Navigator.Storage.Passages;

/// <summary>Both legs over the passages of embedded mode, ranked as PostgreSQL ranks them; exact, by looking at each.</summary>
internal sealed class InProcessPassageIndex(InProcessCorpus corpus) : IPassageIndex
{
    public Task<IReadOnlyList<SearchLegs>> Search(PassageSearch search, CancellationToken token)
    {
        List<(StoredPassage Passage, string? Model)> passages;
        lock (corpus.Gate)
            passages =
            [
                .. corpus.Documents.Values
                    .Where(stored => stored.Document.Tenant == search.Tenant && stored.Document.Status == DocumentStatus.Ready
                        && (search.DocumentIds is null || search.DocumentIds.Contains(stored.Document.Id)))
                    .SelectMany(stored => stored.Passages.Select(passage => (passage, stored.Document.EmbeddingModel))),
            ];
        var comparable = passages.Where(entry => entry.Model == search.Model).Select(entry => entry.Passage).ToList();
        var all = passages.ConvertAll(entry => entry.Passage);
        return Task.FromResult<IReadOnlyList<SearchLegs>>(
            [.. search.Queries.Select(query => new SearchLegs(Nearest(comparable, query.Vector, search), Lexical(all, query.Text, search)))]);
    }

    public Task<IReadOnlyList<CitedPassage>> Read(string tenant, IReadOnlyList<Guid> ids, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var wanted = ids.ToHashSet();
            var found = corpus.Documents.Values.Where(stored => stored.Document.Tenant == tenant)
                .SelectMany(stored => stored.Passages.Where(passage => wanted.Contains(passage.Passage.Id))
                    .Select(passage => new CitedPassage(passage.Passage, stored.Document.Title)))
                .ToDictionary(cited => cited.Passage.Id);
            return Task.FromResult<IReadOnlyList<CitedPassage>>([.. ids.Where(found.ContainsKey).Select(id => found[id])]);
        }
    }

    private static List<Hit> Nearest(List<StoredPassage> passages, ReadOnlyMemory<float> vector, PassageSearch search) =>
        Best(passages.Select(passage => (passage, Cosine(passage.Vector.Span, vector.Span))).Where(hit => hit.Item2 >= search.SimilarityFloor),
            search);

    private static List<Hit> Lexical(List<StoredPassage> passages, string query, PassageSearch search)
    {
        var scores = new Dictionary<StoredPassage, double>();
        foreach (var term in Terms.Of(query).Distinct(StringComparer.Ordinal))
        {
            var found = passages.Where(passage => passage.Weights.ContainsKey(term)).ToList();
            var idf = Bm25.Idf(passages.Count, found.Count);
            foreach (var passage in found)
                scores[passage] = scores.GetValueOrDefault(passage) + passage.Weights[term] * idf;
        }
        return Best(scores.Select(score => (score.Key, score.Value)), search);
    }

    private static List<Hit> Best(IEnumerable<(StoredPassage Passage, double Score)> hits, PassageSearch search) =>
    [
        .. hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Passage.Passage.Id, UuidOrder.Instance).Take(search.Limit)
            .Select(hit => new Hit(hit.Passage.Passage.Id, hit.Passage.Passage.DocumentId, hit.Score)),
    ];

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, lengthA = 0, lengthB = 0;
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= a.Length - width; i += width)
        {
            var (x, y) = (new Vector<float>(a[i..]), new Vector<float>(b[i..]));
            dot += Vector.Dot(x, y);
            lengthA += Vector.Dot(x, x);
            lengthB += Vector.Dot(y, y);
        }
        for (; i < a.Length; i++)
        {
            dot += a[i] * b[i];
            lengthA += a[i] * a[i];
            lengthB += b[i] * b[i];
        }
        return lengthA == 0 || lengthB == 0 ? 0 : dot / Math.Sqrt(lengthA * lengthB);
    }
}
