using Navigator.Text;

namespace Navigator.Api.Documents;

/// <summary>The title of a document, which citations show.</summary>
internal static class DocumentTitle
{
    public const int MaxLength = 200;

    /// <summary>Returns the typed title without control characters; null if it is empty or too long.</summary>
    public static string? From(string? typed)
    {
        var title = new string([.. (typed ?? "").Where(c => !char.IsControl(c))]).Trim();
        return title.Length is 0 or > MaxLength ? null : title;
    }

    /// <summary>Returns the title of a file without a given one: the HTML page's title, else the file's name.</summary>
    public static string Of(string fileName, string mediaType, ReadOnlySpan<byte> content) =>
        (mediaType == MediaTypes.Html && MediaTypes.TryDecode(content, out var html) ? From(Cut(HtmlTitle.Of(html))) : null)
        ?? FromFileName(fileName);

    /// <summary>Returns a file's name without folders and extension, with spaces instead of dashes.</summary>
    public static string FromFileName(string? fileName)
    {
        var name = Path.GetFileNameWithoutExtension((fileName ?? "").Replace('\\', '/')).Replace('_', ' ').Replace('-', ' ');
        return From(Cut(name)) ?? "Untitled";
    }

    /// <summary>Cuts to the maximum length, but not inside a character.</summary>
    private static string? Cut(string? title) =>
        title is { Length: > MaxLength } ? title[..(char.IsHighSurrogate(title[MaxLength - 1]) ? MaxLength - 1 : MaxLength)] : title;
}
