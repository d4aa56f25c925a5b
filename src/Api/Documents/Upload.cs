using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Api.Documents;

/// <summary>What a caller uploaded, found fit to be kept.</summary>
internal sealed record Upload(string Title, string MediaType, byte[] Content)
{
    /// <summary>From a multipart form with one file, or from JSON with title and text.</summary>
    /// <exception cref="BadHttpRequestException">The body cannot be read at all.</exception>
    public static async Task<(Upload? Upload, ProblemHttpResult? Problem)> Read(HttpRequest request, CancellationToken token)
    {
        if (request.HasFormContentType)
            return await ReadForm(request, token);
        if (request.HasJsonContentType())
            return FromText(await ReadJson(request, token));
        return (null, Problem.Of(415, "unsupported_media_type", "Send a file as multipart/form-data, or title and text as application/json."));
    }

    private static async Task<(Upload?, ProblemHttpResult?)> ReadForm(HttpRequest request, CancellationToken token)
    {
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(token);
        }
        catch (InvalidDataException error) when (error.Message.Contains("length limit", StringComparison.Ordinal))
        {
            return (null, Problem.Of(413, "payload_too_large", "The file is larger than is accepted here."));
        }
        catch (Exception error) when (error is InvalidDataException or IOException && error is not BadHttpRequestException)
        {
            return (null, Problem.Of(400, "invalid_form", "The form cannot be read: it is damaged or not multipart/form-data."));
        }
        if (form.Files is not [{ Name: "file" } file])
            return (null, Problem.Of(422, "file_missing", "Send exactly one file, in the form's field 'file'."));

        using var buffer = new MemoryStream((int)file.Length);
        await file.CopyToAsync(buffer, token);
        var typed = form["title"].ToString();
        if (typed.Length > 0 && DocumentTitle.From(typed) is null)
            return (null, InvalidTitle());
        return Check(DocumentTitle.From(typed), file.FileName, buffer.ToArray());
    }

    private static async Task<TextDocumentRequest?> ReadJson(HttpRequest request, CancellationToken token)
    {
        try
        {
            return await request.ReadFromJsonAsync<TextDocumentRequest>(token);
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new BadHttpRequestException("The body is no JSON of the expected shape.", error);
        }
    }

    private static (Upload?, ProblemHttpResult?) FromText(TextDocumentRequest? request) => request switch
    {
        null => (null, Problem.Of(400, "invalid_json", "The body is not a JSON object as it is expected here.")),
        { Text: null } => (null, Problem.Of(422, "text_missing", "The field 'text' is missing.")),
        { Title: var title } when DocumentTitle.From(title) is null => (null, InvalidTitle()),
        // Markdown is plain text with a little more: headings and tables are found where there are some.
        _ => Check(DocumentTitle.From(request.Title), "text.md", Encoding.UTF8.GetBytes(request.Text)),
    };

    private static (Upload?, ProblemHttpResult?) Check(string? title, string fileName, byte[] content)
    {
        if (content.Length == 0 || content.All(b => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            return (null, Problem.Of(422, "document_empty", "The document is empty."));
        if (MediaTypes.Detect(fileName, content) is { } mediaType)
            return (new Upload(title ?? DocumentTitle.Of(fileName, mediaType, content), mediaType, content), null);
        return Path.GetExtension(fileName).Equals(".pdf", StringComparison.OrdinalIgnoreCase)
            ? (null, Problem.Of(422, "document_not_readable", "The file is named .pdf but is not a PDF."))
            : (null, Problem.Of(415, "unsupported_document", "Only PDF, HTML, Markdown and plain text (UTF-8) can be read."));
    }

    private static ProblemHttpResult InvalidTitle() => Problem.Of(422, "invalid_title", $"A title has 1 to {DocumentTitle.MaxLength} characters.");
}
