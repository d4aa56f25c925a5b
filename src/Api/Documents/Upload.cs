using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Text;

namespace Navigator.Api.Documents;

/// <summary>An upload that passed validation.</summary>
internal sealed record Upload(string Title, string MediaType, byte[] Content)
{
    /// <summary>Reads a multipart form with one file, or JSON with title and text.</summary>
    /// <param name="maxBytes">Maximum size of a file.</param>
    /// <exception cref="BadHttpRequestException">The body cannot be read.</exception>
    public static async Task<Checked<Upload>> Read(HttpRequest request, int maxBytes, CancellationToken token)
    {
        if (request.HasFormContentType)
            return await ReadForm(request, maxBytes, token);
        if (request.HasJsonContentType())
            return FromText(await ReadJson(request, token));
        return Problem.Of(ProblemCode.UnsupportedMediaType, "Send a file as multipart/form-data, or title and text as application/json.");
    }

    private static async Task<Checked<Upload>> ReadForm(HttpRequest request, int maxBytes, CancellationToken token)
    {
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(token);
        }
        catch (Exception error) when (error is InvalidDataException or IOException && error is not BadHttpRequestException)
        {
            return Problem.Of(ProblemCode.InvalidForm, "The form cannot be read: it is damaged or not multipart/form-data.");
        }
        if (form.Files is not [{ Name: "file" } file])
            return Problem.Of(ProblemCode.FileMissing, "Send exactly one file, in the form's field 'file'.");
        if (file.Length > maxBytes)
            return Problem.Of(ProblemCode.PayloadTooLarge, "The file is too large.");

        using var buffer = new MemoryStream((int)file.Length);
        await file.CopyToAsync(buffer, token);
        var typed = form["title"].ToString();
        if (typed.Length > 0 && DocumentTitle.From(typed) is null)
            return InvalidTitle();
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
            throw new BadHttpRequestException("The body is not JSON of the expected shape.", error);
        }
    }

    private static Checked<Upload> FromText(TextDocumentRequest? request) => request switch
    {
        null => Problem.Of(ProblemCode.InvalidJson, "The body is not a valid JSON object for this request."),
        { Text: null } => Problem.Of(ProblemCode.TextMissing, "The field 'text' is missing."),
        { Title: var title } when DocumentTitle.From(title) is null => InvalidTitle(),
        // Plain text is read as Markdown, so that headings and tables are found.
        _ => Check(DocumentTitle.From(request.Title), "text.md", Encoding.UTF8.GetBytes(request.Text)),
    };

    private static Checked<Upload> Check(string? title, string fileName, byte[] content)
    {
        if (content.Length == 0 || content.All(b => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            return Problem.Of(ProblemCode.DocumentEmpty, "The document is empty.");
        if (MediaTypes.Detect(fileName, content) is { } mediaType)
            return new Upload(title ?? DocumentTitle.Of(fileName, mediaType, content), mediaType, content);
        return Path.GetExtension(fileName).Equals(".pdf", StringComparison.OrdinalIgnoreCase)
            ? Problem.Of(ProblemCode.DocumentNotReadable, "The file is named .pdf but is not a PDF.")
            : Problem.Of(ProblemCode.UnsupportedDocument, "Only PDF, HTML, Markdown and plain text (UTF-8) can be read.");
    }

    private static ProblemHttpResult InvalidTitle() =>
        Problem.Of(ProblemCode.InvalidTitle, $"A title must have 1 to {DocumentTitle.MaxLength} characters.");
}
