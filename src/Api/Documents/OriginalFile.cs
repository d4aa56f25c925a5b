using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Navigator.Storage.Documents;
using Navigator.Text;

namespace Navigator.Api.Documents;

/// <summary>
/// Sends an uploaded file. Its author is not trusted, and the response comes from Navigator's origin. Therefore HTML is always a download, and no
/// script of any file runs.
/// </summary>
internal static class OriginalFile
{
    /// <summary>
    /// Allows Chrome's PDF viewer to work: it shows no PDF with "sandbox", and only the top of one with "default-src 'none'". A PDF cannot act as a
    /// page of Navigator's origin.
    /// </summary>
    private const string PdfPolicy = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Allows no script and no origin. Styles are allowed because browsers show plain text with their own style.</summary>
    private const string TextPolicy = $"sandbox; default-src 'none'; style-src 'unsafe-inline'; {PdfPolicy}";

    /// <summary>Minimum transfer rate, because a file occupies one of few permits until the caller has read it.</summary>
    private static readonly MinDataRate SlowestCaller = new(bytesPerSecond: 50_000, gracePeriod: TimeSpan.FromSeconds(10));

    public static FileStreamHttpResult Send(DocumentOriginal original, OriginalStream content, HttpResponse response)
    {
        if (response.HttpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = SlowestCaller;
        var headers = response.Headers;
        headers.ContentSecurityPolicy = original.MediaType == MediaTypes.Pdf ? PdfPolicy : TextPolicy;
        // A browser's cache must not keep a document that was deleted.
        headers.CacheControl = "no-store";
        var disposition = new ContentDispositionHeaderValue(original.MediaType == MediaTypes.Html ? "attachment" : "inline");
        disposition.SetHttpFileName(NameOf(original));
        headers.ContentDisposition = disposition.ToString();
        return TypedResults.Stream(
            content, TypeOf(original, content.Start),
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(original.Sha256)}\""), enableRangeProcessing: true);
    }

    /// <summary>Builds the file name from the title, which is the original file's name unless the caller gave another title.</summary>
    private static string NameOf(DocumentOriginal original)
    {
        var extension = original.MediaType switch
        {
            MediaTypes.Pdf => ".pdf",
            MediaTypes.Html => ".html",
            MediaTypes.Markdown => ".md",
            _ => ".txt",
        };
        return original.Title.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? original.Title : original.Title + extension;
    }

    /// <summary>Text is UTF-8, or UTF-16 with a byte order mark: see <see cref="MediaTypes.TryDecode"/>.</summary>
    private static string TypeOf(DocumentOriginal original, ReadOnlySpan<byte> start) => original.MediaType == MediaTypes.Pdf
        ? original.MediaType
        : $"{original.MediaType}; charset={(start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? "utf-16" : "utf-8")}";
}
