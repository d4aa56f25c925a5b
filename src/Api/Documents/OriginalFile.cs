using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Navigator.Storage.Documents;
using Navigator.Text;

namespace Navigator.Api.Documents;

/// <summary>
/// An uploaded file as a response. Its author is not to be trusted, and it comes from our origin: HTML is only ever downloaded, and no
/// script of any file runs.
/// </summary>
internal static class OriginalFile
{
    /// <summary>
    /// Without what would keep Chrome's viewer from its work: it does not show a PDF under "sandbox", and only the top of one under
    /// "default-src 'none'". A PDF is no page of our origin, whatever it holds.
    /// </summary>
    private const string PdfPolicy = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>No script, and no origin. Styles are allowed because browsers show plain text with one of their own.</summary>
    private const string TextPolicy = $"sandbox; default-src 'none'; style-src 'unsafe-inline'; {PdfPolicy}";

    /// <summary>A file holds one of few places until its caller has taken it.</summary>
    private static readonly MinDataRate SlowestCaller = new(bytesPerSecond: 50_000, gracePeriod: TimeSpan.FromSeconds(10));

    public static FileStreamHttpResult Send(DocumentOriginal original, OriginalStream content, HttpResponse response)
    {
        if (response.HttpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = SlowestCaller;
        var headers = response.Headers;
        headers.ContentSecurityPolicy = original.MediaType == MediaTypes.Pdf ? PdfPolicy : TextPolicy;
        // A deleted document is not to be found in a browser's cache.
        headers.CacheControl = "no-store";
        var disposition = new ContentDispositionHeaderValue(original.MediaType == MediaTypes.Html ? "attachment" : "inline");
        disposition.SetHttpFileName(NameOf(original));
        headers.ContentDisposition = disposition.ToString();
        return TypedResults.Stream(
            content, TypeOf(original, content.Start),
            entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(original.Sha256)}\""), enableRangeProcessing: true);
    }

    /// <summary>The title, which is the name of the file without its extension unless the caller gave another one.</summary>
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

    /// <summary>Text is UTF-8, or UTF-16 with its mark: see <see cref="MediaTypes.TryDecode"/>.</summary>
    private static string TypeOf(DocumentOriginal original, ReadOnlySpan<byte> start) => original.MediaType == MediaTypes.Pdf
        ? original.MediaType
        : $"{original.MediaType}; charset={(start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? "utf-16" : "utf-8")}";
}
