using System.Text;

namespace Navigator.Text;

/// <summary>The supported formats. They are detected by the bytes first and by the file name second.</summary>
public static class MediaTypes
{
    public const string Pdf = "application/pdf";
    public const string Html = "text/html";
    public const string Markdown = "text/markdown";
    public const string Plain = "text/plain";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>Null if the format is not supported.</returns>
    public static string? Detect(string fileName, ReadOnlySpan<byte> content)
    {
        // PDF readers accept a header anywhere in the first kilobyte.
        if (content[..Math.Min(content.Length, 1_024)].IndexOf("%PDF-"u8) >= 0)
            return Pdf;
        var named = Path.GetExtension(fileName).ToLowerInvariant() switch
        {
            ".html" or ".htm" or ".xhtml" => Html,
            ".md" or ".markdown" => Markdown,
            ".txt" or ".text" or "" => Plain,
            _ => null,
        };
        return named is not null && TryDecode(content, out _) ? named : null;
    }

    /// <summary>Decodes UTF-8, or UTF-16 with a byte order mark. Returns false for anything else.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> content, out string text)
    {
        try
        {
            text = content switch
            {
                [0xFF, 0xFE, ..] => new UnicodeEncoding(false, false, true).GetString(content[2..]),
                [0xFE, 0xFF, ..] => new UnicodeEncoding(true, false, true).GetString(content[2..]),
                [0xEF, 0xBB, 0xBF, ..] => StrictUtf8.GetString(content[3..]),
                _ => StrictUtf8.GetString(content),
            };
            return !text.Contains('\0', StringComparison.Ordinal);
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}
