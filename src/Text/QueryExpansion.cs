using System.Text.RegularExpressions;

namespace Navigator.Text;

/// <summary>Query expansion: adds the documents' terms for the words that people use instead.</summary>
public sealed partial class QueryExpansion
{
    /// <summary>Entries that are used for one question.</summary>
    private const int MaxUsed = 4;

    private readonly List<(string Terms, string Words)> added = [];

    /// <summary>What people say, in folded words, and the ordinals of the entries that it belongs to.</summary>
    private readonly Dictionary<string, List<int>> phrases = new(StringComparer.Ordinal);
    private readonly int longest;

    /// <param name="entries">The words of the documents, and what people say instead. Earlier entries are preferred.</param>
    public QueryExpansion(IEnumerable<(string Documents, IReadOnlyList<string> People)> entries)
    {
        foreach (var (documents, people) in entries)
        {
            foreach (var words in people.Select(phrase => Terms.Words(phrase).ToList()).Where(words => words.Count > 0))
            {
                longest = Math.Max(longest, words.Count);
                var phrase = string.Join(' ', words);
                if (!phrases.TryGetValue(phrase, out var ordinals))
                    phrases[phrase] = ordinals = [];
                ordinals.Add(added.Count);
            }
            added.Add((documents, InSpaces(Terms.Words(documents))));
        }
    }

    /// <summary>Number of entries.</summary>
    public int Count => added.Count;

    /// <summary>Returns the documents' words for the question's words in one line; null if there are none.</summary>
    public string? Of(string question)
    {
        var words = Terms.Words(Possessive().Replace(question, "")).ToArray();
        var found = new SortedSet<int>();
        for (var first = 0; first < words.Length; first++)
        {
            for (var count = 1; count <= Math.Min(longest, words.Length - first); count++)
            {
                if (phrases.TryGetValue(string.Join(' ', words, first, count), out var ordinals))
                    found.UnionWith(ordinals);
            }
        }
        var said = InSpaces(words);
        var terms = found.Select(ordinal => added[ordinal]).Where(entry => !said.Contains(entry.Words, StringComparison.Ordinal)).Take(MaxUsed)
            .Select(entry => entry.Terms).ToList();
        return terms.Count == 0 ? null : string.Join(' ', terms);
    }

    /// <summary>So that "er" is found as a word, and not in "were".</summary>
    private static string InSpaces(IEnumerable<string> words) => $" {string.Join(' ', words)} ";

    /// <summary>Of "the car's windshield".</summary>
    [GeneratedRegex(@"(?<=\p{L})['’]s\b", RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex Possessive();
}
