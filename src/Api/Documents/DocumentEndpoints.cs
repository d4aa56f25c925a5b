using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Navigator.Api.Access;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;
using Navigator.Storage.Tenants;
using Navigator.Text;

namespace Navigator.Api.Documents;

internal static class DocumentEndpoints
{
    private const string Route = "/v1/documents";

    /// <summary>Bytes that a form adds to its file.</summary>
    private const int FormOverhead = 65_536;

    public static RouteGroupBuilder MapDocuments(this IEndpointRouteBuilder routes)
    {
        var policy = routes.ServiceProvider.GetRequiredService<LivePolicy>();
        var documents = routes.MapGroup(Route).WithTags("Documents").Needs(Scope.Documents).HasIds("document");
        documents.MapPost("/", Add).WithName("AddDocument").WithSummary("Upload a document: a file in a form, or title and text as JSON.")
            .WithMetadata(new RequestSizeLimitAttribute(policy.Now.Http.DocumentBytes + FormOverhead))
            .Accepts<TextDocumentRequest>("application/json", "multipart/form-data");
        documents.MapGet("/", List).WithName("ListDocuments").WithSummary("Your documents, newest first.");
        documents.MapGet("/{id}", Read).WithName("ReadDocument").WithSummary("One document with the status of its ingestion.");
        documents.MapGet("/{id}/original", ReadOriginal).WithName("ReadOriginal")
            .WithSummary("The uploaded file, whole or in ranges. HTML is sent as a download.")
            .Produces<Stream>(200, MediaTypes.Pdf, MediaTypes.Html, MediaTypes.Markdown, MediaTypes.Plain);
        // Mapped separately and not described, because HEAD would be an operation with the same name in the OpenAPI document.
        documents.MapMethods("/{id}/original", [HttpMethods.Head], ReadOriginal).ExcludeFromDescription();
        documents.MapGet("/{id}/passages/{passageId}", ReadPassage).WithName("ReadPassage").WithSummary("The passage of a citation.");
        documents.MapDelete("/{id}", Delete).WithName("DeleteDocument")
            .WithSummary("Delete a document and everything made from it: also the questions whose answers quote it, and those after them in the "
                + "same conversations.");
        return documents;
    }

    /// <summary>Address of the uploaded file.</summary>
    public static string OriginalOf(Guid document) => $"{Route}/{document}/original";

    private static async Task<Results<Accepted<Document>, Ok<Document>, ProblemHttpResult>> Add(
        ClaimsPrincipal caller, HttpRequest request, HttpResponse response, LivePolicy policy, ThrottledDocuments documents, CancellationToken token)
    {
        if (!(await Upload.Read(request, policy.Now.Http.DocumentBytes, token)).IsValid(out var upload, out var problem))
            return problem;
        var (document, accepted) = await documents.Add(caller, upload, token);
        var location = $"{Route}/{document.Id}";
        response.Headers.Location = location;
        // The same bytes are the same document: nothing new was accepted, so the response is 200.
        return accepted ? TypedResults.Accepted(location, ToHttp(document)) : TypedResults.Ok(ToHttp(document));
    }

    private static async Task<Results<Ok<DocumentList>, ProblemHttpResult>> List(
        [FromQuery] string? cursor, [FromQuery] string? limit, ClaimsPrincipal caller, ThrottledDocuments documents, CancellationToken token)
    {
        if (!Paging.TryParse(cursor, limit, out var before, out var size))
            return Paging.Invalid();
        var found = await documents.List(caller, before, size + 1, token);
        return TypedResults.Ok(new DocumentList([.. found.Take(size).Select(ToHttp)], found.Count > size
            ? found[size - 1].Id.ToString()
            : null));
    }

    private static async Task<Results<Ok<Document>, ProblemHttpResult>> Read(
        Guid id, ClaimsPrincipal caller, HttpResponse response, ThrottledDocuments documents, CancellationToken token)
    {
        if (await documents.Find(caller, id, token) is not { } document)
            return Problem.DocumentNotFound();
        if (document.FinishedAt is null)
            response.Headers.RetryAfter = "1";
        return TypedResults.Ok(ToHttp(document));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ReadOriginal(
        Guid id, ClaimsPrincipal caller, HttpResponse response, ThrottledDocuments documents, LimitRegistry registry, LivePolicy policy,
        CancellationToken token)
    {
        // Held until the last byte is sent. This limits the number of files in transfer, however slowly callers read.
        response.RegisterForDispose(await registry.Bulkhead("originals", "http", now => now.Http.Originals).EnterWithin(
                policy.Now.Http.StatementQueueTimeout, token)
            ?? throw new TimeoutException("Too many files are being sent."));
        if (await documents.FindOriginal(caller, id, token) is { } original
            && await documents.OpenOriginal(caller, id, original, token) is { } content)
            return OriginalFile.Send(original, content, response);
        return await documents.Find(caller, id, token) is null ? Problem.DocumentNotFound() : Problem.OriginalNotKept();
    }

    private static async Task<Results<Ok<Passage>, ProblemHttpResult>> ReadPassage(
        Guid id, Guid passageId, ClaimsPrincipal caller, ThrottledDocuments documents, CancellationToken token) =>
        await documents.FindPassage(caller, id, passageId, token) is { } cited
            ? TypedResults.Ok(cited.Passage)
            : Problem.Of(ProblemCode.PassageNotFound, "The passage does not exist.");

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, ClaimsPrincipal caller, ThrottledDocuments documents, CancellationToken token) =>
        await documents.Delete(caller, id, token) ? TypedResults.NoContent() : Problem.DocumentNotFound();

    private static Document ToHttp(DocumentRecord document) => new()
    {
        Id = document.Id,
        Title = document.Title,
        MediaType = document.MediaType,
        Bytes = document.Bytes,
        Status = document.Status,
        Pages = document.Pages,
        Passages = document.Passages,
        EmbeddedPassages = document.Embedded,
        EmbeddedBy = document.EmbeddedBy,
        CreatedAt = document.CreatedAt,
        FinishedAt = document.FinishedAt,
        Error = document.Error,
        Links = new DocumentLinks($"{Route}/{document.Id}", document.HasContent ? OriginalOf(document.Id) : null),
    };
}
