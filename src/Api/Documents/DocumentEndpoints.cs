using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Navigator.Api.Access;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Storage.Passages;
using Navigator.Storage.Tenants;
using Navigator.Workers.Flow;
using Navigator.Workers.Ingestion.Extraction;
using Navigator.Workers.Limits;

namespace Navigator.Api.Documents;

internal static class DocumentEndpoints
{
    private const string Route = "/v1/documents";

    /// <summary>What a form adds to its file.</summary>
    private const int FormOverhead = 65_536;

    public static RouteGroupBuilder MapDocuments(this IEndpointRouteBuilder routes)
    {
        var policy = routes.ServiceProvider.GetRequiredService<LivePolicy>();
        var documents = routes.MapGroup(Route).WithTags("Documents").Needs(Scope.Documents);
        documents.MapPost("/", Add).WithName("AddDocument").WithSummary("Upload a document: a file in a form, or title and text as JSON.")
            .WithMetadata(new RequestSizeLimitAttribute(policy.Now.Http.DocumentBytes + FormOverhead))
            .Accepts<TextDocumentRequest>("application/json", "multipart/form-data");
        documents.MapGet("/", List).WithName("ListDocuments").WithSummary("Your documents, newest first.");
        documents.MapGet("/{id}", Read).WithName("ReadDocument").WithSummary("One document, and how far its ingestion is.");
        documents.MapGet("/{id}/original", ReadOriginal).WithName("ReadOriginal")
            .WithSummary("The file as it was uploaded, whole or in ranges. HTML comes as a download.")
            .Produces<Stream>(200, MediaTypes.Pdf, MediaTypes.Html, MediaTypes.Markdown, MediaTypes.Plain);
        // A map of its own: described, HEAD would be an operation with the same name.
        documents.MapMethods("/{id}/original", [HttpMethods.Head], ReadOriginal).ExcludeFromDescription();
        documents.MapGet("/{id}/passages/{passageId}", ReadPassage).WithName("ReadPassage").WithSummary("The passage that a citation names.");
        documents.MapDelete("/{id}", Delete).WithName("DeleteDocument")
            .WithSummary("Delete a document and everything made from it: also the questions whose answers quote it, and those after them in the "
                + "same conversations.");
        return documents;
    }

    /// <summary>Where a document can be read as it was uploaded.</summary>
    public static string OriginalOf(Guid document) => $"{Route}/{document}/original";

    private static async Task<Results<Accepted<Document>, Ok<Document>, ProblemHttpResult>> Add(
        ClaimsPrincipal caller, HttpRequest request, HttpResponse response, DocumentTransitions transitions, CancellationToken token)
    {
        var (upload, problem) = await Upload.Read(request, token);
        if (upload is null)
            return problem!;
        var (document, accepted) = await transitions.Add(caller.Tenant(), upload.Title, upload.MediaType, upload.Content, token);
        var location = $"{Route}/{document.Id}";
        response.Headers.Location = location;
        // The same bytes again are the same document: nothing was accepted, and nothing is to be waited for that was not before.
        return accepted ? TypedResults.Accepted(location, ToHttp(document)) : TypedResults.Ok(ToHttp(document));
    }

    private static async Task<Results<Ok<DocumentList>, ProblemHttpResult>> List(
        [FromQuery] string? cursor, [FromQuery] string? limit, ClaimsPrincipal caller, IDocumentStore store, CancellationToken token)
    {
        if (!Paging.TryParse(cursor, limit, out var before, out var size))
            return Paging.Invalid();
        var documents = await store.List(caller.Tenant(), before, size + 1, token);
        return TypedResults.Ok(new DocumentList([.. documents.Take(size).Select(ToHttp)], documents.Count > size
            ? documents[size - 1].Id.ToString()
            : null));
    }

    private static async Task<Results<Ok<Document>, ProblemHttpResult>> Read(
        string id, ClaimsPrincipal caller, HttpResponse response, IDocumentStore store, CancellationToken token)
    {
        if (!Guid.TryParse(id, out var documentId))
            return Problem.MalformedId("document");
        if (await store.Find(caller.Tenant(), documentId, token) is not { } document)
            return Problem.DocumentNotFound();
        if (document.FinishedAt is null)
            response.Headers.RetryAfter = "1";
        return TypedResults.Ok(ToHttp(document));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ReadOriginal(
        string id, ClaimsPrincipal caller, HttpResponse response, IDocumentStore store, Bounds bounds, LivePolicy policy, CancellationToken token)
    {
        if (!Guid.TryParse(id, out var documentId))
            return Problem.MalformedId("document");
        // Held until the last byte has gone: so many files are on their way at once, however slowly callers take them.
        response.RegisterForDispose(await bounds.Gate("originals", "http", now => now.Http.Originals).EnterWithin(policy.Now.Http.Turn, token)
            ?? throw new TimeoutException("Too many files are on their way."));
        if (await store.FindOriginal(caller.Tenant(), documentId, token) is { } original
            && await OriginalStream.Open(store, caller.Tenant(), documentId, original.Bytes, token) is { } content)
            return OriginalFile.Send(original, content, response);
        return await store.Find(caller.Tenant(), documentId, token) is null ? Problem.DocumentNotFound() : Problem.OriginalNotKept();
    }

    private static async Task<Results<Ok<Passage>, ProblemHttpResult>> ReadPassage(
        string id, string passageId, ClaimsPrincipal caller, IPassageIndex index, CancellationToken token)
    {
        if (!Guid.TryParse(id, out var documentId))
            return Problem.MalformedId("document");
        if (!Guid.TryParse(passageId, out var passage))
            return Problem.MalformedId("passage");
        return await index.Read(caller.Tenant(), [passage], token) is [var cited] && cited.Passage.DocumentId == documentId
            ? TypedResults.Ok(cited.Passage)
            : Problem.Of(404, "passage_not_found", "There is no such passage.");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string id, ClaimsPrincipal caller, IAudit audit, IDocumentStore store, CancellationToken token)
    {
        if (!Guid.TryParse(id, out var documentId))
            return Problem.MalformedId("document");
        await audit.Record(caller.Tenant(), caller.Actor(), "document.delete", documentId.ToString(), token);
        return await store.Delete(caller.Tenant(), documentId, token) ? TypedResults.NoContent() : Problem.DocumentNotFound();
    }

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
        CreatedAt = document.CreatedAt,
        FinishedAt = document.FinishedAt,
        Error = document.Error,
        Links = new DocumentLinks($"{Route}/{document.Id}", document.HasContent ? OriginalOf(document.Id) : null),
    };
}
