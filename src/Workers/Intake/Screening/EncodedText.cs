using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Navigator.Workers.Intake.Screening;

/// <summary>A part of a text that decodes to other text.</summary>
internal readonly record struct Encoded(int Start, int Length, string Decoded);

/// <summary>Finds readable text in base64, hexadecimal, percent and escape sequences. A question about a policy has no reason to use them.</summary>
internal static class EncodedText
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly (Regex Pattern, Func<string, byte[]?> Decode)[] Forms =
    [
        (new Regex("[A-Za-z0-9+/_-]{20,}={0,2}", Options, Patience), Base64),
        (new Regex(@"(?:[0-9a-fA-F]{2}[ :,]?){12,}", Options, Patience), Hex),
        (new Regex(@"(?:\\x[0-9a-fA-F]{2}){6,}|(?:%[0-9a-fA-F]{2}){6,}", Options, Patience), Hex),
        (new Regex(@"(?:\\u[0-9a-fA-F]{4}){6,}", Options, Patience), text => Utf8(Numbers(text, "\\u", NumberStyles.HexNumber))),
        (new Regex(@"(?:&#[0-9]{1,7};){6,}", Options, Patience),
            text => Utf8(Numbers(text.Replace(";", "", StringComparison.Ordinal), "&#", NumberStyles.None))),
        (new Regex(@"(?:&#[xX][0-9a-fA-F]{1,6};){6,}", Options, Patience),
            text => Utf8(Numbers(text.Replace(";", "", StringComparison.Ordinal).ToLowerInvariant(), "&#x", NumberStyles.HexNumber))),
    ];

    /// <summary>Returns the encoded parts in the order of the text.</summary>
    public static IReadOnlyList<Encoded> Find(string text)
    {
        var found = new List<Encoded>();
        foreach (var (pattern, decode) in Forms)
        {
            foreach (Match match in pattern.Matches(text))
            {
                if (decode(match.Value) is { } bytes && Readable(bytes) is { } decoded
                    && !found.Any(other => other.Start < match.Index + match.Length && match.Index < other.Start + other.Length))
                    found.Add(new Encoded(match.Index, match.Length, decoded));
            }
        }
        found.Sort((one, other) => one.Start.CompareTo(other.Start));
        return found;
    }

    /// <summary>Replaces these parts of the text.</summary>
    public static string Replace(string text, IReadOnlyList<Encoded> parts, string by)
    {
        var replaced = new StringBuilder(text);
        foreach (var part in parts.Reverse())
            replaced.Remove(part.Start, part.Length).Insert(part.Start, by);
        return replaced.ToString();
    }

    /// <summary>Decodes ROT13, a common way to hide text because it needs no tool.</summary>
    public static string Rot13(string text) => string.Create(text.Length, text, (rotated, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            rotated[i] = source[i] switch
            {
                >= 'a' and <= 'z' => (char)('a' + (source[i] - 'a' + 13) % 26),
                >= 'A' and <= 'Z' => (char)('A' + (source[i] - 'A' + 13) % 26),
                _ => source[i],
            };
        }
    });

    /// <summary>Reverses text, another way to hide it that a model undoes by itself.</summary>
    public static string Reversed(string text) => string.Create(text.Length, text, (reversed, source) =>
    {
        source.CopyTo(reversed);
        reversed.Reverse();
    });

    private static byte[]? Base64(string text)
    {
        var plain = text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
        plain += new string('=', (4 - plain.Length % 4) % 4);
        var bytes = new byte[plain.Length];
        return Convert.TryFromBase64String(plain, bytes, out var written) ? bytes[..written] : null;
    }

    private static byte[]? Hex(string text)
    {
        var digits = string.Concat(text.Replace("\\x", "", StringComparison.Ordinal).Where(char.IsAsciiHexDigit));
        return digits.Length % 2 == 0 ? Convert.FromHexString(digits) : null;
    }

    private static IEnumerable<int> Numbers(string text, string separator, NumberStyles style) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, style, CultureInfo.InvariantCulture));

    private static byte[] Utf8(IEnumerable<int> codes) =>
        Encoding.UTF8.GetBytes(string.Concat(codes.Where(Rune.IsValid).Select(code => new Rune(code).ToString())));

    /// <summary>Accepts only words with spaces between them, because identifiers and checksums decode to noise.</summary>
    private static string? Readable(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var good = text.Count(c => char.IsLetterOrDigit(c) || char.IsWhiteSpace(c) || char.IsPunctuation(c));
        return text.Length >= 8 && good * 10 >= text.Length * 9 && text.Contains(' ', StringComparison.Ordinal)
            && !text.Contains('\uFFFD', StringComparison.Ordinal) ? text : null;
    }
}
