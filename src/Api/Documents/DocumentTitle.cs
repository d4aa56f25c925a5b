using Navigator.Text;

namespace Navigator.Api.Documents;

/// <summary>What citations call a document.</summary>
internal static class DocumentTitle
{
    public const int MaxLength = 200;

    /// <summary>As typed, without control characters; null when nothing is left or it is too long.</summary>
    public static string? From(string? typed)
    {
        var title = new string([.. (typed ?? "").Where(c => !char.IsControl(c))]).Trim();
        return title.Length is 0 or > MaxLength ? null : title;
    }

    /// <summary>Of a file to which no title was given: what an HTML page calls itself, else the file's name.</summary>
    public static string Of(string fileName, string mediaType, ReadOnlySpan<byte> content) =>
        (mediaType == MediaTypes.Html && MediaTypes.TryDecode(content, out var html) ? From(Cut(HtmlTitle.Of(html))) : null)
        ?? FromFileName(fileName);

    /// <summary>A file's name without folders and extension, dashes read as spaces.</summary>
    public static string FromFileName(string? fileName)
    {
        var name = Path.GetFileNameWithoutExtension((fileName ?? "").Replace('\\', '/')).Replace('_', ' ').Replace('-', ' ');
        return From(Cut(name)) ?? "Untitled";
    }

    /// <summary>To the longest that a title may be, and not in the middle of a character.</summary>
    private static string? Cut(string? title) =>
        title is { Length: > MaxLength } ? title[..(char.IsHighSurrogate(title[MaxLength - 1]) ? MaxLength - 1 : MaxLength)] : title;
}
