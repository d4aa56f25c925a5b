using System.Reflection;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Documents;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Storage.Rates;
using Navigator.Storage.Sqlite;
using Navigator.Workers.Embedders;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Workers.Tests.Tools;

/// <summary>Questions while documents lack vectors of the process's model: another model's serve until then.</summary>
public sealed class OtherModelTests : IDisposable
{
    private const string Question = "How do I travel by car?";
    private const string Answer = "An automobile costs little.";

    private readonly FakeTimeProvider clock = new();
    private readonly SqliteDatabase database;

    public OtherModelTests() =>
        database = SqliteDatabase.InMemory(clock, new SqliteLimits(64, 2, TimeSpan.FromSeconds(20), 64 << 20));

    public void Dispose() => database.Dispose();

    [Fact]
    public async Task The_earlier_models_vectors_serve_until_the_document_is_embedded_again()
    {
        var earlier = new Model("earlier", car: 1);
        var document = await new Node(this, earlier).Ingest("policy", Answer, "Dental cleanings are free.");
        var next = new Node(this, new Model("next", car: 2), earlier);
        earlier.Calls = 0;

        var meanwhile = await next.Ask(Question);
        await next.Reembedding.Run(default);
        var after = await next.Ask(Question);

        Assert.Equal((document, 1), (meanwhile.Best.DocumentId, meanwhile.Best.Similarity!.Value));
        Assert.True(meanwhile.Fits);
        Assert.Equal((document, 1), (after.Best.DocumentId, after.Best.Similarity!.Value));
        Assert.Equal([1, 0], [meanwhile.CallsOfOther, after.CallsOfOther]);
    }

    [Fact]
    public async Task Documents_of_both_models_are_ranked_together_and_each_is_compared_with_its_own()
    {
        var earlier = new Model("earlier", car: 1);
        var old = await new Node(this, earlier).Ingest("old", Answer);
        var next = new Node(this, new Model("next", car: 2), earlier);
        var fresh = await next.Ingest("fresh", "Another automobile.");

        var found = (await next.Ask(Question)).Passages;

        Assert.Equivalent(new[] { old, fresh }, found.Select(passage => passage.DocumentId), strict: true);
        Assert.All(found, passage => Assert.Equal(1, passage.Similarity));
    }

    [Fact]
    public async Task With_nothing_left_to_embed_no_model_is_asked_and_no_statement_is_sent_more_than_without_an_earlier_model()
    {
        var earlier = new Model("earlier", car: 1);
        var next = new Model("next", car: 2);
        await new Node(this, next).Ingest("policy", Answer);

        var without = await new Node(this, next).Ask(Question);
        var with = await new Node(this, next, earlier).Ask(Question);

        Assert.Equal(["Search", "Read"], without.Statements);
        Assert.Equal(without.Statements, with.Statements);
        Assert.Equal(0, earlier.Calls);
    }

    [Fact]
    public async Task A_question_about_other_documents_does_not_ask_the_earlier_model()
    {
        var earlier = new Model("earlier", car: 1);
        await new Node(this, earlier).Ingest("old", Answer);
        var next = new Node(this, new Model("next", car: 2), earlier);
        var fresh = await next.Ingest("fresh", "Another automobile.");
        earlier.Calls = 0;

        var found = await next.Ask(Question, fresh);

        Assert.Equal((fresh, 0), (Assert.Single(found.Passages).DocumentId, earlier.Calls));
    }

    [Fact]
    public async Task A_failing_earlier_model_leaves_the_document_to_words_and_is_soon_asked_no_more()
    {
        var earlier = new Model("earlier", car: 1);
        var document = await new Node(this, earlier).Ingest("policy", "You travel by car for free.");
        earlier.Fails = true;
        earlier.Calls = 0;
        var next = new Node(this, new Model("next", car: 2), earlier);

        for (var i = 0; i < 5; i++)
        {
            // Another text each time, because vectors are cached.
            var found = await next.Ask($"{Question} {i}");
            Assert.Equal((document, (double?)null), (found.Best.DocumentId, found.Best.Similarity));
        }

        Assert.Equal(3, earlier.Calls);
        earlier.Fails = false;
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, (await next.Ask(Question)).Best.Similarity);
    }

    [Fact]
    public async Task An_earlier_model_that_does_not_answer_has_half_of_the_stages_time()
    {
        var earlier = new Model("earlier", car: 1);
        var document = await new Node(this, earlier).Ingest("policy", "You travel by car for free.");
        earlier.Hangs = true;
        var next = new Node(this, new Model("next", car: 2), earlier);
        next.Policy.Replace(Policies.With(("Queues:retrieve-passages:Timeout", "1s")));

        var found = await next.Ask(Question);

        Assert.Equal((document, (double?)null), (found.Best.DocumentId, found.Best.Similarity));
        Assert.True(found.Fits);
    }

    [Fact]
    public async Task A_question_that_a_worker_with_another_model_embedded_is_embedded_by_this_processes_own_too()
    {
        var old = new Model("earlier", car: 1);
        await new Node(this, old).Ingest("old", "Dental cleanings are free.");
        var next = new Node(this, new Model("next", car: 2));
        var fresh = await next.Ingest("fresh", Answer);

        var found = await next.Ask(Question, embeddedBy: old);

        Assert.Equal((fresh, 1), (found.Best.DocumentId, found.Best.Similarity!.Value));
    }

    /// <summary>One process on the file.</summary>
    private sealed class Node
    {
        private readonly CountedCalls index;
        private readonly Model model;
        private readonly Model? earlier;
        private readonly SqliteDatabase database;
        private readonly DocumentTransitions transitions;
        private readonly EmbeddingModel embedder;
        private readonly PassageSearcher searcher;

        public Node(OtherModelTests test, Model model, Model? earlier = null)
        {
            (this.model, this.earlier, database) = (model, earlier, test.database);
            var cache = new VectorCache(64 << 20);
            var documents = new SqliteDocumentStore(database, cache);
            var counted = CountedCalls.Of(new SqlitePassageIndex(database, cache));
            index = (CountedCalls)(object)counted;
            var registry = new LimitRegistry(Policy, test.clock);
            var rates = new SqliteRateLimits(database, test.clock);
            embedder = Embedder(model);
            transitions = new DocumentTransitions(documents, (_, _) => Task.CompletedTask, Policy, NullLogger<DocumentTransitions>.Instance);
            Reembedding = new Reembedding(
                documents, new SqliteModelCoverage(database), transitions, embedder, registry, Policy, test.clock, NullLogger<Reembedding>.Instance);
            var models = new OtherModels(Other(embedder), earlier is null ? null : Other(Embedder(earlier)));
            searcher = new PassageSearcher(
                counted, new OtherModelLeg(models, Policy, NullLogger<OtherModelLeg>.Instance), Options.Create(new RetrievalOptions()), registry);

            EmbeddingModel Embedder(Model generator) =>
                new(generator, Policy, registry, Policies.Breakers(Policy, test.clock), rates, test.clock);

            OtherModel Other(EmbeddingModel other) => new(new QuestionVectors(other), Policy, test.clock, NullLoggerFactory.Instance);
        }

        public LivePolicy Policy { get; } = Policies.Live();

        public Reembedding Reembedding { get; }

        /// <summary>Takes a document all the way, with this process's model.</summary>
        public async Task<Guid> Ingest(string title, params string[] passages)
        {
            var (document, _) = await transitions.Add("a", title, "text/plain", Encoding.UTF8.GetBytes(title), default);
            var key = DocumentKey.Of(document);
            await transitions.Claim(key, "w", takesOver: false, default);
            await transitions.StorePassages(key, null, [.. passages.Select(text => new NewPassage(null, [], text))], keepsOriginal: false, default);
            await transitions.StoreVectors(
                key, model.Name, [.. Enumerable.Range(0, passages.Length)],
                await embedder.EmbedPassages(passages, TimeSpan.FromMinutes(1), default), default);
            return document.Id;
        }

        /// <param name="document">The only document that is searched.</param>
        /// <param name="embeddedBy">The model of the worker that embedded the question; null: this process's.</param>
        public async Task<Found> Ask(string question, Guid? document = null, Model? embeddedBy = null)
        {
            var asking = embeddedBy ?? model;
            var (before, calls) = (index.Names.Count, earlier?.Calls ?? 0);
            var (passages, fits, _) = await searcher.Search(
                "a", asking.Name, [new PassageQuery(question, asking.Embed(question))], document is { } only ? [only] : null, default);
            return new Found(passages, fits, [.. index.Names.Skip(before)], (earlier?.Calls ?? 0) - calls);
        }
    }

    /// <param name="Statements">The calls of the index that the question cost.</param>
    private sealed record Found(IReadOnlyList<FoundPassage> Passages, bool Fits, IReadOnlyList<string> Statements, int CallsOfOther)
    {
        public FoundPassage Best => Passages[0];
    }

    /// <summary>The real index, and the names of the methods that were called.</summary>
    public class CountedCalls : DispatchProxy
    {
        private object index = null!;

        public List<string> Names { get; } = [];

        public static IPassageIndex Of(IPassageIndex index)
        {
            var counted = Create<IPassageIndex, CountedCalls>();
            ((CountedCalls)(object)counted).index = index;
            return counted;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Names.Add(targetMethod!.Name);
            return targetMethod.Invoke(index, args);
        }
    }

    /// <summary>A model to which a car and an automobile are the same. Models have different directions for it, and so for everything else.</summary>
    private sealed class Model(string name, int car) : IEmbeddingGenerator<string, Embedding<float>>
    {
        private const int Dimensions = 8;

        public string Name => name;

        public int Calls { get; set; }

        public bool Fails { get; set; }

        public bool Hangs { get; set; }

        public ReadOnlyMemory<float> Embed(string text)
        {
            var vector = new float[Dimensions];
            var isCar = text.Contains("car?", StringComparison.Ordinal) || text.Contains("car ", StringComparison.Ordinal)
                || text.Contains("automobile", StringComparison.Ordinal);
            vector[isCar ? car : Dimensions - car] = 1;
            return vector;
        }

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Calls++;
            if (Hangs)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            if (Fails)
                throw new UpstreamException(UpstreamNames.Embeddings, UpstreamFailure.Unavailable, "HTTP 500");
            return new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>(Embed(text))));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("test", null, name, Dimensions) : null;

        public void Dispose()
        {
        }
    }
}
