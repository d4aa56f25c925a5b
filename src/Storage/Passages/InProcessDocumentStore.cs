using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Passages;

/// <summary>Documents of embedded mode: a dictionary.</summary>
internal sealed class InProcessDocumentStore(InProcessCorpus corpus, InProcessJobLedger ledger, TimeProvider clock) : IDocumentStore
{
    public Task<(DocumentRecord Document, bool Accepted)> Add(
        NewDocument document, Func<DocumentRecord, DocumentChange?> whenKnown, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var now = clock.GetUtcNow();
            var known = corpus.Documents.Values.FirstOrDefault(
                other => other.Document.Tenant == document.Tenant && other.Sha256.AsSpan().SequenceEqual(document.Sha256));
            if (known is not null)
            {
                var row = Stamp(known.Document);
                if (whenKnown(row) is not { } change)
                    return Task.FromResult((row, false));
                known.Content = document.Content;
                return Task.FromResult((Write(known, change), true));
            }
            var accepted = new DocumentRecord
            {
                Id = document.Id,
                Tenant = document.Tenant,
                Title = document.Title,
                MediaType = document.MediaType,
                Bytes = document.Content.Length,
                Status = DocumentStatus.Queued,
                Attempt = 1,
                Version = 1,
                CreatedAt = now,
                DeadlineAt = now + document.Lifetime,
                DueAt = now + (document.DueIn < document.Lifetime ? document.DueIn : document.Lifetime),
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

    public Task<DocumentRecord?> Update(DocumentKey key, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token) =>
        Task.FromResult(Locked(key, stored => decide(Stamp(stored.Document))));

    public Task<byte[]?> ReadContent(DocumentKey key, CancellationToken token)
    {
        lock (corpus.Gate)
            return Task.FromResult(corpus.Documents.TryGetValue(key.Id, out var stored) && stored.Document.Attempt == key.Attempt
                ? stored.Content
                : null);
    }

    public Task<DocumentRecord?> StorePassages(
        DocumentKey key, IReadOnlyList<NewPassage> passages, Func<DocumentRecord, DocumentChange?> decide, CancellationToken token)
    {
        // Weighing the terms of a thick document takes a while: not under the lock.
        var weighed = passages.Select((passage, ordinal) => new StoredPassage(
            new Passage(Guid.CreateVersion7(), key.Id, ordinal, passage.Page, passage.Headings, passage.Text), passage.Searchable())).ToList();
        return Task.FromResult(Locked(key, stored =>
        {
            var change = decide(Stamp(stored.Document));
            if (change is not null)
                stored.Passages = weighed;
            return change;
        }));
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
        DocumentKey key, IReadOnlyList<int> ordinals, IReadOnlyList<ReadOnlyMemory<float>> vectors,
        Func<DocumentRecord, int, DocumentChange?> decide, CancellationToken token) =>
        Task.FromResult(Locked(key, stored =>
        {
            var missing = Enumerable.Range(0, ordinals.Count)
                .Where(i => ordinals[i] < stored.Passages.Count && stored.Passages[ordinals[i]].Vector.IsEmpty).ToList();
            var change = decide(Stamp(stored.Document), missing.Count);
            if (change is not null)
                missing.ForEach(i => stored.Passages[ordinals[i]].Vector = vectors[i]);
            return change;
        }));

    public Task<IReadOnlyList<DocumentRecord>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token)
    {
        lock (corpus.Gate)
        {
            var now = clock.GetUtcNow();
            List<StoredDocument> due =
            [
                .. corpus.Documents.Values.Where(stored => stored.Document.DueAt <= now).OrderBy(stored => stored.Document.DueAt).Take(limit),
            ];
            foreach (var stored in due)
            {
                var hidden = now + visibilityTimeout;
                stored.Document = stored.Document with
                {
                    DueAt = hidden < stored.Document.DeadlineAt ? hidden : stored.Document.DeadlineAt,
                };
            }
            return Task.FromResult<IReadOnlyList<DocumentRecord>>([.. due.Select(stored => Stamp(stored.Document))]);
        }
    }

    private DocumentRecord? Locked(DocumentKey key, Func<StoredDocument, DocumentChange?> decide)
    {
        lock (corpus.Gate)
        {
            return corpus.Documents.TryGetValue(key.Id, out var stored) && (key.Tenant ?? stored.Document.Tenant) == stored.Document.Tenant
                && decide(stored) is { } change
                ? Write(stored, change)
                : null;
        }
    }

    private DocumentRecord Write(StoredDocument stored, DocumentChange change)
    {
        if (change.DropsContent)
            stored.Content = null;
        if (change.DropsPassages)
            stored.Passages = [];
        return stored.Document = change.WrittenAt(clock.GetUtcNow());
    }

    private bool IsEmbedding(DocumentKey key) =>
        corpus.Documents.TryGetValue(key.Id, out var stored) && stored.Document.Attempt == key.Attempt
            && stored.Document.Status == DocumentStatus.Embedding;

    private DocumentRecord Stamp(DocumentRecord document) => document with { Now = clock.GetUtcNow() };
}
