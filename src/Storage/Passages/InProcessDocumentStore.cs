using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Passages;

/// <summary>Documents of embedded mode: the same transitions on a dictionary.</summary>
internal sealed class InProcessDocumentStore(InProcessCorpus corpus, InProcessJobLedger ledger, TimeProvider clock) : IDocumentStore
{
    public Task<(DocumentRecord Document, bool Accepted)> Add(NewDocument document, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var now = clock.GetUtcNow();
            var known = corpus.Documents.Values.FirstOrDefault(
                other => other.Document.Tenant == document.Tenant && other.Sha256.AsSpan().SequenceEqual(document.Sha256));
            if (known is not null && known.Document.Status != DocumentStatus.Failed)
                return Task.FromResult((Stamp(known.Document), false));
            var accepted = new DocumentRecord
            {
                Id = known?.Document.Id ?? document.Id,
                Tenant = document.Tenant,
                Title = document.Title,
                MediaType = document.MediaType,
                Bytes = document.Content.Length,
                Status = DocumentStatus.Queued,
                Attempt = known is null ? 1 : known.Document.Attempt + 1,
                Version = known is null ? 1 : known.Document.Version + 1,
                CreatedAt = known?.Document.CreatedAt ?? now,
                DeadlineAt = now + document.Lifetime,
                DueAt = now + document.DueIn,
                Now = now,
            };
            corpus.Documents[accepted.Id] = new StoredDocument(accepted, document.Sha256, document.Content);
            return Task.FromResult((accepted, true));
        }
    }

    public Task<DocumentRecord?> Find(string tenant, Guid id, CancellationToken token)
    {
        lock (corpus.Gate)
            return Task.FromResult(corpus.Documents.TryGetValue(id, out var stored) && stored.Document.Tenant == tenant
                ? Stamp(stored.Document)
                : null);
    }

    public Task<IReadOnlyList<DocumentRecord>> List(string tenant, Guid? before, int limit, CancellationToken token)
    {
        lock (corpus.Gate)
            return Task.FromResult<IReadOnlyList<DocumentRecord>>(
            [
                .. corpus.Documents.Values.Select(stored => stored.Document)
                    .Where(document => document.Tenant == tenant && (before is not { } limit || UuidOrder.Instance.Compare(document.Id, limit) < 0))
                    .OrderByDescending(document => document.Id, UuidOrder.Instance).Take(limit).Select(Stamp),
            ]);
    }

    public Task<bool> Delete(string tenant, Guid id, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            if (!corpus.Documents.TryGetValue(id, out var stored) || stored.Document.Tenant != tenant)
                return Task.FromResult(false);
            corpus.Documents.Remove(id);
        }
        ledger.DeleteCiting(tenant, id);
        return Task.FromResult(true);
    }

    public Task<int> DeleteFinished(TimeSpan age, int limit, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var before = clock.GetUtcNow() - age;
            var old = corpus.Documents.Values.Select(stored => stored.Document).Where(document => document.FinishedAt < before)
                .OrderBy(document => document.FinishedAt).Take(limit).ToList();
            foreach (var document in old)
                corpus.Documents.Remove(document.Id);
            return Task.FromResult(old.Count);
        }
    }

    public Task<(DocumentRecord Document, byte[] Content)?> Claim(
        DocumentKey key, string worker, TimeSpan lease, bool takeOver, int maxAttempts, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var claimed = Change(
                key.Id,
                document => document.Attempt == key.Attempt && document.DeadlineAt > clock.GetUtcNow()
                    && (document.Status == DocumentStatus.Queued
                        || (document.Status == DocumentStatus.Extracting && takeOver && document.Attempt < maxAttempts)),
                (document, now) => document with
                {
                    Status = DocumentStatus.Extracting,
                    ClaimedBy = worker,
                    Attempt = document.ClaimedBy is null ? document.Attempt : document.Attempt + 1,
                    DueAt = Due(document, now, lease),
                });
            return Task.FromResult<(DocumentRecord, byte[])?>(claimed is null ? null : (claimed, corpus.Documents[key.Id].Content!));
        }
    }

    public Task<bool> Renew(DocumentKey key, string worker, TimeSpan lease, CancellationToken token) =>
        Task.FromResult(Change(
            key.Id,
            document => document.Attempt == key.Attempt && document.ClaimedBy == worker,
            (document, now) => document with { DueAt = Due(document, now, lease) },
            newVersion: false) is not null);

    public Task<DocumentRecord?> StorePassages(
        DocumentKey key, int? pages, IReadOnlyList<NewPassage> passages, TimeSpan dueIn, CancellationToken token)
    {
        // Weighing the terms of a thick document takes a while: not under the lock.
        var stored = passages.Select((passage, ordinal) => new StoredPassage(
            new Passage(Guid.CreateVersion7(), key.Id, ordinal, passage.Page, passage.Headings, passage.Text), passage.Searchable())).ToList();
        lock (corpus.Gate)
        {
            var document = Change(
                key.Id,
                document => document.Attempt == key.Attempt && document.Status == DocumentStatus.Extracting,
                (document, now) => document with
                {
                    Status = DocumentStatus.Embedding,
                    Pages = pages,
                    Passages = passages.Count,
                    Embedded = 0,
                    ClaimedBy = null,
                    DueAt = Due(document, now, dueIn),
                });
            if (document is not null)
            {
                corpus.Documents[key.Id].Content = null;
                corpus.Documents[key.Id].Passages = stored;
            }
            return Task.FromResult(document);
        }
    }

    public Task<IReadOnlyList<UnembeddedPassage>> FindUnembedded(DocumentKey key, int first, int count, CancellationToken token)
    {
        lock (corpus.Gate)
            return Task.FromResult<IReadOnlyList<UnembeddedPassage>>(IsEmbedding(key)
                ?
                [
                    .. corpus.Documents[key.Id].Passages.Skip(first).Take(count).Where(passage => passage.Vector.IsEmpty)
                        .Select(passage => new UnembeddedPassage(passage.Passage.Ordinal, passage.Searchable)),
                ]
                : []);
    }

    public Task<DocumentRecord?> StoreVectors(
        DocumentKey key, string model, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            if (!IsEmbedding(key))
                return Task.FromResult<DocumentRecord?>(null);
            var stored = 0;
            for (var i = 0; i < ordinals.Count; i++)
            {
                var passage = corpus.Documents[key.Id].Passages[ordinals[i]];
                if (!passage.Vector.IsEmpty)
                    continue;
                passage.Vector = vectors[i];
                stored++;
            }
            return Task.FromResult(Change(
                key.Id,
                _ => true,
                (document, now) =>
                {
                    var embedded = document.Embedded + stored;
                    var ready = embedded == document.Passages;
                    return document with
                    {
                        Embedded = embedded,
                        EmbeddingModel = model,
                        Status = ready ? DocumentStatus.Ready : document.Status,
                        FinishedAt = ready ? now : null,
                        DueAt = ready ? null : document.DueAt,
                    };
                }));
        }
    }

    public Task<DocumentRecord?> Fail(DocumentKey key, ChatError error, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var failed = Change(
                key.Id,
                document => document.Attempt == key.Attempt && document.FinishedAt is null,
                (document, now) => document with
                {
                    Status = DocumentStatus.Failed,
                    Error = error,
                    ClaimedBy = null,
                    FinishedAt = now,
                    DueAt = null,
                    Pages = null,
                    Passages = null,
                    Embedded = 0,
                    EmbeddingModel = null,
                });
            if (failed is not null)
            {
                corpus.Documents[key.Id].Content = null;
                corpus.Documents[key.Id].Passages = [];
            }
            return Task.FromResult(failed);
        }
    }

    public Task<IReadOnlyList<DocumentRecord>> TakeDue(int limit, TimeSpan guard, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var now = clock.GetUtcNow();
            List<Guid> due =
            [
                .. corpus.Documents.Values.Select(stored => stored.Document).Where(document => document.DueAt <= now)
                    .OrderBy(document => document.DueAt).Take(limit).Select(document => document.Id),
            ];
            return Task.FromResult<IReadOnlyList<DocumentRecord>>(
                [.. due.Select(id => Change(id, _ => true, (
                    document, at) => document with { DueAt = Due(document, at, guard) }, newVersion: false)!)]);
        }
    }

    public Task<DocumentRecord?> Rearm(DocumentRecord taken, TimeSpan dueIn, CancellationToken token) =>
        Task.FromResult(Change(
            taken.Id, document => IsUntouched(document, taken), (
                document, now) => document with { DueAt = Due(document, now, dueIn) }, newVersion: false));

    public Task<DocumentRecord?> StartAttempt(DocumentRecord taken, TimeSpan dueIn, CancellationToken token) =>
        Task.FromResult(Change(
            taken.Id,
            document => IsUntouched(document, taken) && document.Status == DocumentStatus.Extracting,
            (document, now) => document with
            {
                Status = DocumentStatus.Queued,
                Attempt = document.Attempt + 1,
                ClaimedBy = null,
                DueAt = Due(document, now, dueIn),
            }));

    private DocumentRecord? Change(
        Guid id, Func<DocumentRecord, bool> fence, Func<DocumentRecord, DateTimeOffset, DocumentRecord> change, bool newVersion = true)
    {
        lock (corpus.Gate)
        {
            if (!corpus.Documents.TryGetValue(id, out var stored) || !fence(stored.Document))
                return null;
            var now = clock.GetUtcNow();
            stored.Document = change(stored.Document, now) with { Now = now, Version = stored.Document.Version + (newVersion ? 1 : 0) };
            return stored.Document;
        }
    }

    private bool IsEmbedding(DocumentKey key) =>
        corpus.Documents.TryGetValue(key.Id, out var stored) && stored.Document.Attempt == key.Attempt
            && stored.Document.Status == DocumentStatus.Embedding;

    private DocumentRecord Stamp(DocumentRecord document) => document with { Now = clock.GetUtcNow() };

    private static bool IsUntouched(DocumentRecord document, DocumentRecord taken) =>
        document.Version == taken.Version && document.DueAt == taken.DueAt;

    private static DateTimeOffset Due(DocumentRecord document, DateTimeOffset now, TimeSpan dueIn) =>
        now + dueIn < document.DeadlineAt ? now + dueIn : document.DeadlineAt;
}
