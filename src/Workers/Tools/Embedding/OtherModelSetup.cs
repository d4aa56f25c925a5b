using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Navigator.LocalModel;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Embedding;

/// <summary>The model before the last change, beside the process's own.</summary>
internal static partial class OtherModelSetup
{
    private const string Earlier = "earlier";

    public static IServiceCollection AddOtherModels(this IServiceCollection services, OpenAiOptions openAi, EmbeddingsOptions embeddings)
    {
        if (embeddings.EarlierOf(openAi) is not { } name)
            return services.AddSingleton(provider => new OtherModels(Own(provider), null));
        if (Obstacle(name, embeddings.Chosen(openAi), openAi) is { } obstacle)
            return services.AddSingleton(provider => new OtherModels(Own(provider), null))
                .AddSingleton(provider => new StartupStep(_ =>
                {
                    LogCannotBeAsked(provider.GetRequiredService<ILogger<OtherModels>>(), name, obstacle);
                    return Task.CompletedTask;
                }));
        // Keyed, so that nothing else takes it for the process's model.
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(Earlier, (provider, _) => name == LocalEmbeddingGenerator.ModelName
            ? EmbeddingSetup.LocalModel(provider)
            : new OpenAiEmbeddingGenerator(
                Options.Create(openAi with { EmbeddingModel = name, EmbeddingDimensions = embeddings.EarlierDimensions }),
                provider.GetRequiredService<LivePolicy>()));
        services.AddKeyedSingleton(Earlier, (provider, _) => new QuestionVectors(new EmbeddingModel(
            provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(Earlier), provider.GetRequiredService<LivePolicy>(),
            provider.GetRequiredService<LimitRegistry>(), provider.GetRequiredService<CircuitBreakers>(), provider.GetRequiredService<IRateLimits>(),
            provider.GetRequiredService<TimeProvider>(), Earlier)));
        return services.AddSingleton(provider => new OtherModels(
            Own(provider), Model(provider, provider.GetRequiredKeyedService<QuestionVectors>(Earlier))));
    }

    /// <summary>Why questions cannot be embedded by this model; null: they can.</summary>
    private static string? Obstacle(string name, EmbeddingSource own, OpenAiOptions openAi) => name switch
    {
        HashedNgramEmbedder.ModelName => "its vectors compare spelling",
        _ when own == EmbeddingSource.Words => "Embeddings__Model is words",
        LocalEmbeddingGenerator.ModelName => null,
        _ => openAi.IsConfigured ? null : "OpenAI__ApiKey is not set",
    };

    private static OtherModel? Own(IServiceProvider provider) =>
        provider.GetRequiredService<QuestionVectors>() is { Model: not HashedNgramEmbedder.ModelName } vectors ? Model(provider, vectors) : null;

    private static OtherModel Model(IServiceProvider provider, QuestionVectors vectors) => new(
        vectors, provider.GetRequiredService<LivePolicy>(), provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILoggerFactory>());

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The earlier embedding model {Model} cannot be asked: {Reason}. Documents that it alone has embedded are found by words until "
            + "they are embedded again")]
    private static partial void LogCannotBeAsked(ILogger log, string model, string reason);
}
