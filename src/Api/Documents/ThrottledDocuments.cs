using System.Security.Claims;
using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Runtime.Flow;
using Navigator.Storage.Documents;
using Navigator.Storage.Passages;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Documents;

/// <summary>Documents of the caller's tenant. Each statement runs within the <see cref="DatabaseThrottle"/>.</summary>
internal sealed class ThrottledDocuments(
    IDocumentStore store, IPassageIndex index, DocumentTransitions transitions, IAudit audit, DatabaseThrottle throttle)
{
    /// <inheritdoc cref="DocumentTransitions.Add"/>
    public Task<(DocumentRecord Document, bool Accepted)> Add(ClaimsPrincipal caller, Upload upload, CancellationToken token) =>
        throttle.Run(() => transitions.Add(caller.Tenant(), upload.Title, upload.MediaType, upload.Content, token), token);

    public Task<DocumentRecord?> Find(ClaimsPrincipal caller, Guid id, CancellationToken token) =>
        throttle.Run(() => store.Find(caller.Tenant(), id, token), token);

    /// <inheritdoc cref="IDocumentStore.List"/>
    public Task<IReadOnlyList<DocumentRecord>> List(ClaimsPrincipal caller, Guid? before, int limit, CancellationToken token) =>
        throttle.Run(() => store.List(caller.Tenant(), before, limit, token), token);

    /// <inheritdoc cref="IDocumentStore.FindOriginal"/>
    public Task<DocumentOriginal?> FindOriginal(ClaimsPrincipal caller, Guid id, CancellationToken token) =>
        throttle.Run(() => store.FindOriginal(caller.Tenant(), id, token), token);

    /// <summary>Opens the file. Each part is read by its own lengthy statement.</summary>
    public Task<OriginalStream?> OpenOriginal(ClaimsPrincipal caller, Guid id, DocumentOriginal original, CancellationToken token)
    {
        var tenant = caller.Tenant();
        return OriginalStream.Open(
            (first, count, cancel) => throttle.RunLengthy(() => store.ReadOriginal(tenant, id, first, count, cancel), cancel), original.Bytes, token);
    }

    /// <summary>Reads a passage of a document. Returns null if the document has no passage with this id.</summary>
    public async Task<CitedPassage?> FindPassage(ClaimsPrincipal caller, Guid document, Guid passage, CancellationToken token)
    {
        var found = await throttle.Run(() => index.Read(caller.Tenant(), [passage], token), token);
        return found is [var cited] && cited.Passage.DocumentId == document ? cited : null;
    }

    /// <summary>Writes the audit entry, then deletes the document and everything made from it. Returns false if there was none.</summary>
    public Task<bool> Delete(ClaimsPrincipal caller, Guid id, CancellationToken token) =>
        throttle.RunLengthy(
            async () =>
            {
                await audit.Record(caller.Tenant(), caller.Actor(), "document.delete", id.ToString(), token);
                return await store.Delete(caller.Tenant(), id, token);
            },
            token);
}
