using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Servers;
using Navigator.Storage.Documents;
using Navigator.Storage.Hosting;
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tests;
using Navigator.Workers.Embedders;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Load;

/// <summary>The product's storage and its search, with the limits that ship, filled and asked without queues in between.</summary>
internal sealed class SearchedStore : IAsyncDisposable
{
    /// <summary>What one message asks a model to embed.</summary>
    private const int Batch = 64;

    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly ServiceProvider provider;
    private readonly PassageSearcher searcher;

    private SearchedStore(IServiceCollection services, ConcurrencyPolicy policy)
    {
        provider = services.AddLogging().AddSingleton(TimeProvider.System).BuildServiceProvider();
        var live = new LivePolicy(policy);
        searcher = new PassageSearcher(
            Index, new OtherModelLeg(new OtherModels(null, null), live, NullLogger<OtherModelLeg>.Instance),
            Options.Create(new RetrievalOptions()), new LimitRegistry(live, TimeProvider.System));
    }

    public IPassageIndex Index => provider.GetRequiredService<IPassageIndex>();

    /// <param name="exactUpTo">Null: the limit that ships.</param>
    public static SearchedStore OnPostgres(string connection, long? exactUpTo = null)
    {
        var (policy, services) = (Policy(), new ServiceCollection());
        var pool = policy.Postgres.Pool();
        services.AddPostgresStorage(connection, pool with { ExactSearchUpTo = exactUpTo ?? pool.ExactSearchUpTo });
        return new SearchedStore(services, policy);
    }

    public static SearchedStore OnFile(string directory)
    {
        var (policy, services) = (Policy(), new ServiceCollection());
        services.AddEmbeddedStorage(directory, policy.Sqlite.Limits(SqliteSynchronous.Full), webhookSecret: null);
        return new SearchedStore(services, policy);
    }

    /// <summary>All that a question about documents costs: both legs, their fusion, and the texts of the best passages.</summary>
    public Task Search(string tenant, PassageQuery question, Guid? document, CancellationToken token) =>
        searcher.Search(tenant, MadePassages.Model, [question], document is { } one ? [one] : null, token);

    /// <summary>Stores documents of one tenant as ingestion does, two at a time.</summary>
    /// <param name="first">Number of the first passage that is made.</param>
    public async Task<IReadOnlyList<Guid>> Fill(
        MadePassages made, string tenant, int first, int passages, int perDocument, CancellationToken token)
    {
        var documents = Enumerable.Range(first, passages).Chunk(perDocument)
            .Select(numbers => (Id: Guid.CreateVersion7(), Numbers: numbers)).ToList();
        await Parallel.ForEachAsync(
            documents, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = token },
            async (document, stop) => await Store(tenant, document.Id, [.. document.Numbers.Select(made.Make)], stop));
        return documents.ConvertAll(document => document.Id);
    }

    public ValueTask DisposeAsync() => provider.DisposeAsync();

    private async Task Store(string tenant, Guid id, IReadOnlyList<(string Text, ReadOnlyMemory<float> Vector)> passages, CancellationToken token)
    {
        var store = provider.GetRequiredService<IDocumentStore>();
        var content = id.ToByteArray();
        await store.Add(new NewDocument(id, tenant, "Made up", "text/plain", content, SHA256.HashData(content), Long, Long), token);
        var key = new DocumentKey(id, 1);
        await store.Claim(key, "load", Long, takeOver: false, maxAttempts: 1, token);
        await store.StorePassages(key, null, [.. passages.Select(passage => new NewPassage(null, [], passage.Text))], Long, token);
        foreach (var batch in Enumerable.Range(0, passages.Count).Chunk(Batch))
            await store.StoreVectors(key, MadePassages.Model, batch, [.. batch.Select(ordinal => passages[ordinal].Vector)], token);
    }

    private static ConcurrencyPolicy Policy() => ConcurrencyPolicy.Load(
        new ConfigurationBuilder()
            .AddInMemoryCollection(YamlConfiguration.Read(Path.Combine(ServerSet.Root, "concurrency.yaml"), ConcurrencyPolicy.Section)).Build(),
        Navigator.Shipping.Shipped.Tools);
}
