using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Documents;

/// <summary>The rows of a document's passages in the embedded file.</summary>
internal static class SqlitePassages
{
    /// <summary>Deletes passages with their vectors and terms.</summary>
    public static void Delete(SqliteSession session, long document)
    {
        session.Change("DELETE FROM passage WHERE document = $1", document);
        session.Change("DELETE FROM posting WHERE document = $1", document);
    }

    /// <summary>The stored postings of each term, in the order of the table's key.</summary>
    public static List<(string Term, byte[] Weights)> Weigh(IReadOnlyList<NewPassage> passages)
    {
        var postings = new SortedDictionary<string, List<Posting>>(StringComparer.Ordinal);
        for (var ordinal = 0; ordinal < passages.Count; ordinal++)
        {
            foreach (var (term, weight) in Bm25.Weigh(passages[ordinal].Searchable()))
            {
                if (!postings.TryGetValue(term, out var ofTerm))
                    postings.Add(term, ofTerm = []);
                ofTerm.Add(new Posting(ordinal, weight));
            }
        }
        return [.. postings.Select(entry => (entry.Key, Posting.Write(entry.Value)))];
    }
}
