using System.Buffers;
using System.Globalization;
using System.Text;

namespace Navigator.Text;

/// <summary>
/// The terms of a text for the lexical leg: lower case, without accents, stop words and English endings. Scripts without spaces give
/// overlapping pairs of characters.
/// </summary>
public static class Terms
{
    /// <summary>Longer words are cut, because callers do not search for them and an index entry has a maximum size.</summary>
    private const int MaxLength = 40;

    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    private static readonly HashSet<string> StopWords = new(StringComparer.Ordinal)
    {
        "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for",
        "from", "had", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "many", "may", "me", "much", "my", "no", "not", "of", "on",
        "or", "our", "shall", "should", "so", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
        "those", "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whose", "will", "with", "would", "you", "your",
    };

    /// <summary>"The first five days" and "days 1-5" mean the same days. "One" is left out because it has other uses.</summary>
    private static readonly Dictionary<string, string> Numbers = new(StringComparer.Ordinal)
    {
        ["two"] = "2",
        ["three"] = "3",
        ["four"] = "4",
        ["five"] = "5",
        ["six"] = "6",
        ["seven"] = "7",
        ["eight"] = "8",
        ["nine"] = "9",
        ["ten"] = "10",
        ["twelve"] = "12",
        ["twenty"] = "20",
        ["thirty"] = "30",
        ["sixty"] = "60",
        ["ninety"] = "90",
    };

    public static IEnumerable<string> Of(string text)
    {
        foreach (var word in Runs(text))
        {
            if (IsUnspaced(word[0]))
            {
                for (var i = 0; i < Math.Max(1, word.Length - 1); i++)
                    yield return word.Substring(i, Math.Min(2, word.Length - i));
            }
            else if (!StopWords.Contains(word))
            {
                yield return Numbers.TryGetValue(word, out var number) ? number : Stem(word);
            }
        }
    }

    /// <summary>All words, folded and with their endings. Each character of a script without spaces is a word of its own.</summary>
    internal static IEnumerable<string> Words(string text) =>
        Runs(text).SelectMany(word => IsUnspaced(word[0]) ? word.Select(c => c.ToString()) : [word]);

    /// <summary>Runs of letters or of digits, folded. A run of a script without spaces is one run.</summary>
    private static IEnumerable<string> Runs(string text)
    {
        var word = new StringBuilder();
        var unspaced = false;
        foreach (var c in Fold(text))
        {
            // 1,500 and 1500 are the same number. The comma of "one, two" is not between digits.
            if (c == ',' && word.Length > 0 && char.IsAsciiDigit(word[^1]))
            {
                continue;
            }
            var letter = char.IsLetterOrDigit(c);
            if (word.Length > 0 && (!letter || IsUnspaced(c) != unspaced || word.Length == MaxLength))
            {
                yield return word.ToString();
                word.Clear();
            }
            if (letter)
            {
                unspaced = IsUnspaced(c);
                word.Append(c);
            }
        }
        if (word.Length > 0)
            yield return word.ToString();
    }

    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in NormalForm.Of(text, NormalizationForm.FormKD))
        {
            if (c is '\'' or '’' or '\u00AD' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
                continue;
            folded.Append(char.ToLowerInvariant(c));
        }
        return folded.ToString();
    }

    private static bool IsUnspaced(char c) => c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\u0E00' and <= '\u0EFF');

    /// <summary>A light stemmer for plural and verb endings: "visits" finds "visit" and "covering" finds "covered".</summary>
    private static string Stem(string word)
    {
        if (word.Length <= 3 || !char.IsAsciiLetter(word[0]))
            return word;
        if (word.EndsWith("ies", StringComparison.Ordinal) && word.Length > 4)
            word = word[..^3] + "y";
        else if (word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("xes", StringComparison.Ordinal)
            || word.EndsWith("ches", StringComparison.Ordinal))
            word = word[..^2];
        else if (word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i'))
            word = word[..^1];

        foreach (var ending in (ReadOnlySpan<string>)["ing", "ed", "ly"])
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal) || word.Length - ending.Length < 3
                || !HasVowel(word.AsSpan(0, word.Length - ending.Length)))
                continue;
            word = word[..^ending.Length];
            if (word[^1] == word[^2] && word[^1] is not ('l' or 's' or 'z'))
                word = word[..^1];
            break;
        }
        return word.Length > 4 && word[^1] == 'e' ? word[..^1] : word;
    }

    private static bool HasVowel(ReadOnlySpan<char> stem) => stem.ContainsAny(Vowels);
}
