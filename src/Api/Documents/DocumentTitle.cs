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

    /// <summary>A file's name without folders and extension, dashes read as spaces.</summary>
    public static string FromFileName(string? fileName)
    {
        var name = Path.GetFileNameWithoutExtension((fileName ?? "").Replace('\\', '/')).Replace('_', ' ').Replace('-', ' ');
        return From(name.Length > MaxLength ? name[..MaxLength] : name) ?? "Untitled";
    }
}
