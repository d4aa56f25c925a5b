using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Contracts;
using Navigator.Contracts.Http;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Documents;
using Navigator.Storage.Passages;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Workers.Embedders;
using Navigator.Workers.Ingestion;

namespace Navigator.Workers.Tests.Ingestion;

/// <summary>Documents that were embedded by one model, in a process that uses another.</summary>
public sealed class ReembeddingTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("navigator-reembed-");

    [Fact]
    public async Task Killed_in_the_middle_it_embeds_what_is_left_and_the_document_is_found_by_the_new_models_meaning()
    {
        using var stop = new CancellationTokenSource();
        Guid document;
        using (var before = new Node(this, new Model("earlier")))
        {
            document = await before.Ingest("policy", [.. Enumerable.Range(0, 200).Select(i => i == 150 ? "An automobile." : $"Number {i}.")]);
        }
        using (var killed = new Node(this, new Model("next") { OnCall = calls => Cancel(calls == 3) }))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => killed.Reembedding.Run(stop.Token));

            var half = (await killed.Documents.Find("a", document, default))!;
            Assert.Equal((DocumentStatus.Ready, "earlier"), (half.Status, Assert.Single(half.EmbeddedBy)));
            Assert.Single(await killed.Find("Number 7.", "earlier"));
            Assert.Empty(await killed.Find("A car.", "next"));
        }
        using var after = new Node(this, new Model("next"));

        await after.Reembedding.Run(default);

        Assert.Equal(["earlier", "next"], (await after.Documents.Find("a", document, default))!.EmbeddedBy);
        Assert.Equal(document, Assert.Single(await after.Find("A car.", "next")).DocumentId);
        Assert.Single(await after.Find("Number 7.", "earlier"));
        // Two batches of 64 were stored before the third was lost with its process.
        Assert.Equal(200 - 128, after.Model.Texts.Count);
        await after.Reembedding.Run(default);
        Assert.Equal(200 - 128, after.Model.Texts.Count);
        Assert.All(await after.Coverage.Read(default), model => Assert.Equal((1, 200), (model.Documents, model.Passages)));

        void Cancel(bool now)
        {
            if (now)
                stop.Cancel();
            stop.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task Uploads_pass_first()
    {
        using var node = new Node(this, new Model("earlier"));
        await node.Ingest("policy", ["An automobile."]);
        var (uploads, atCall) = (new Bulkhead(2, clock), new List<int>());
        using var next = new Node(this, new Model("next") { OnCall = _ => atCall.Add(uploads.InUse) }, node);
        uploads = next.Registry.Queue(QueueNames.EmbedPassages);
        var upload = uploads.TryEnter();

        var running = next.Reembedding.Run(default);
        await Task.WhenAny(running, Task.Delay(200)); // time enough to do it wrong
        upload!.Dispose();
        await Advance(running);

        Assert.Equal([0], atCall);
    }

    [Fact]
    public async Task Half_of_the_models_burst_is_left_to_questions()
    {
        using var node = new Node(this, new Model("earlier"));
        await node.Ingest("policy", ["An automobile."]);
        var rate = Policies.With().ForUpstream(UpstreamNames.Embeddings).Rate!;
        var left = new List<Task<int>>();
        Node next = null!;
        next = new Node(this, new Model("next") { Address = new Uri("https://models.example/v1"), OnCall = _ => left.Add(Available()) }, node);
        using var ended = next;
        for (var i = 0; i < rate.Burst / 2; i++)
            Assert.True(await next.Rates.Acquire(UpstreamNames.Embeddings, rate, TimeSpan.Zero, default));

        var running = next.Reembedding.Run(default);
        await Task.WhenAny(running, Task.Delay(200)); // time enough to do it wrong
        await Advance(running);

        Assert.True(await Assert.Single(left) >= rate.Burst / 2);

        Task<int> Available() => next.Rates.Available(UpstreamNames.Embeddings, rate, default);
    }

    [Fact]
    public async Task A_document_that_the_model_rejects_stays_ready_and_does_not_hold_up_the_others()
    {
        using var node = new Node(this, new Model("earlier"));
        var (bad, good) = (await node.Ingest("bad", ["Rejected."]), await node.Ingest("good", ["An automobile."]));
        using var next = new Node(this, new Model("next"), node);

        await Assert.ThrowsAsync<UpstreamException>(() => next.Reembedding.Run(default));
        await next.Reembedding.Run(default);

        var kept = (await next.Documents.Find("a", bad, default))!;
        Assert.Equal((DocumentStatus.Ready, "earlier"), (kept.Status, Assert.Single(kept.EmbeddedBy)));
        Assert.Equal(["earlier", "next"], (await next.Documents.Find("a", good, default))!.EmbeddedBy);
    }

    [Fact]
    public async Task Nothing_is_embedded_again_where_the_operator_turned_it_off()
    {
        using var node = new Node(this, new Model("earlier"));
        await node.Ingest("policy", ["An automobile."]);
        using var next = new Node(this, new Model("next"), node);
        next.Policy.Replace(Policies.With(("Document:Reembed", "0")));

        await next.Reembedding.Run(default);

        Assert.Empty(next.Model.Texts);
        // The model is reported all the same, so that the operator sees what is missing.
        var missing = Assert.Single(await next.Coverage.Read(default), model => model.Model == "next");
        Assert.Equal((true, 1L), (missing.InUse, missing.DocumentsWithout));
    }

    public void Dispose() => data.Delete(recursive: true);

    private async Task Advance(Task running)
    {
        while (!running.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.WhenAny(running, Task.Delay(1));
        }
        await running;
    }

    /// <summary>One process on the file.</summary>
    private sealed class Node : IDisposable
    {
        private readonly SqliteDatabase database;
        private readonly bool ownsDatabase;
        private readonly DocumentTransitions transitions;
        private readonly EmbeddingModel embedder;

        /// <param name="beside">Another process on the same file; null: the file is opened.</param>
        public Node(ReembeddingTests test, Model model, Node? beside = null)
        {
            (Model, ownsDatabase) = (model, beside is null);
            database = beside?.database ?? SqliteDatabase.Open(
                Path.Combine(test.data.FullName, "navigator.db"), test.clock, new SqliteLimits(64, 2, TimeSpan.FromSeconds(20), 64 << 20));
            var vectors = new VectorCache(64 << 20);
            Documents = new SqliteDocumentStore(database, vectors);
            Index = new SqlitePassageIndex(database, vectors);
            Coverage = new SqliteModelCoverage(database);
            Rates = new SqliteRateLimits(database, test.clock);
            Registry = new LimitRegistry(Policy, test.clock);
            embedder = new EmbeddingModel(model, Policy, Registry, Policies.Breakers(Policy, test.clock), Rates, test.clock);
            transitions = new DocumentTransitions(Documents, (_, _) => Task.CompletedTask, Policy, NullLogger<DocumentTransitions>.Instance);
            Reembedding = new Reembedding(
                Documents, Coverage, transitions, embedder, Registry, Policy, test.clock, NullLogger<Reembedding>.Instance);
        }

        public LivePolicy Policy { get; } = Policies.Live();

        public Model Model { get; }

        public SqliteDocumentStore Documents { get; }

        public SqlitePassageIndex Index { get; }

        public SqliteModelCoverage Coverage { get; }

        public SqliteRateLimits Rates { get; }

        public LimitRegistry Registry { get; }

        public Reembedding Reembedding { get; }

        /// <summary>Takes a document all the way, with this process's model.</summary>
        public async Task<Guid> Ingest(string title, string[] passages)
        {
            await Coverage.Use(Model.Name, default);
            var (document, _) = await transitions.Add("a", title, "text/plain", Encoding.UTF8.GetBytes(title), default);
            var key = DocumentKey.Of(document);
            await transitions.Claim(key, "w", takesOver: false, default);
            await transitions.StorePassages(key, null, [.. passages.Select(text => new NewPassage(null, [], text))], keepsOriginal: false, default);
            await transitions.StoreVectors(
                key, Model.Name, [.. Enumerable.Range(0, passages.Length)],
                await embedder.EmbedPassages(passages, TimeSpan.FromMinutes(1), default), default);
            return document.Id;
        }

        /// <summary>The passages with the meaning of a text, by a model's vectors.</summary>
        public async Task<IReadOnlyList<Hit>> Find(string text, string model) => Assert.Single(await Index.Search(
            new PassageSearch("a", model, [new PassageQuery("", Model.Embed(text))], null, 10, 0.9), default)).Nearest;

        public void Dispose()
        {
            if (ownsDatabase)
                database.Dispose();
        }
    }

    /// <summary>A model to which numbers differ, and everything else, such as a car and an automobile, is the same.</summary>
    private sealed class Model(string name) : IEmbeddingGenerator<string, Embedding<float>>
    {
        private const int Dimensions = 256;

        private int calls;

        public string Name => name;

        public List<string> Texts { get; } = [];

        public Uri? Address { get; init; }

        public Action<int> OnCall { get; init; } = _ => { };

        public ReadOnlyMemory<float> Embed(string text)
        {
            var vector = new float[Dimensions];
            vector[text.Split(' ', '.') is ["Number", var number, ..] ? int.Parse(number, CultureInfo.InvariantCulture) : Dimensions - 1] = 1;
            return vector;
        }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            OnCall(++calls);
            var texts = values.ToList();
            if (texts.Contains("Rejected.") && name == "next")
                throw new UpstreamException(UpstreamNames.Embeddings, UpstreamFailure.Rejected, "HTTP 400");
            Texts.AddRange(texts);
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => new Embedding<float>(Embed(text)))));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", Address, name, Dimensions) : null;

        public void Dispose()
        {
        }
    }
}
