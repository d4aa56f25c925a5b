using System.Runtime.InteropServices;

namespace Navigator.Storage.Passages;

/// <summary>
/// A passage of a document that contains a term, and the term's weight there. The postings of one term in one document are stored one after
/// the other in their memory layout, which is little-endian on x64 and Arm64.
/// </summary>
internal readonly record struct Posting(int Ordinal, float Weight)
{
    /// <summary>Size of one posting, in bytes.</summary>
    public const int Size = sizeof(int) + sizeof(float);

    public static ReadOnlySpan<Posting> Read(ReadOnlySpan<byte> stored) => MemoryMarshal.Cast<byte, Posting>(stored);

    /// <summary>Returns the stored postings of each term of passages, in the order of the tables' keys.</summary>
    /// <param name="passages">The ordinal of each passage, and its text with its headings.</param>
    public static List<(string Term, byte[] Weights)> Weigh(IEnumerable<(int Ordinal, string Text)> passages)
    {
        var postings = new SortedDictionary<string, List<Posting>>(StringComparer.Ordinal);
        foreach (var (ordinal, text) in passages)
        {
            foreach (var (term, weight) in Bm25.Weigh(text))
            {
                if (!postings.TryGetValue(term, out var ofTerm))
                    postings.Add(term, ofTerm = []);
                ofTerm.Add(new Posting(ordinal, weight));
            }
        }
        return [.. postings.Select(entry => (entry.Key, MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(entry.Value)).ToArray()))];
    }
}
