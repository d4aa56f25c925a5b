using Microsoft.Extensions.AI;
using Navigator.LocalModel;
using Navigator.Runtime;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Embedding;

public static class EmbeddingSetup
{
    /// <exception cref="StartupException">The chosen model needs a setting that is missing.</exception>
    internal static IServiceCollection AddEmbedding(this IServiceCollection services, OpenAiOptions openAi, IConfiguration configuration)
    {
        services.AddOptions<EmbeddingsOptions>().BindConfiguration(EmbeddingsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        _ = SourceOf(openAi, configuration) switch
        {
            EmbeddingSource.OpenAi when !openAi.IsConfigured =>
                throw new StartupException("Embeddings__Model is openai, but OpenAI__ApiKey is not set."),
            EmbeddingSource.OpenAi => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>, OpenAiEmbeddingGenerator>(),
            EmbeddingSource.Words => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>, HashedNgramEmbedder>(),
            EmbeddingSource.Local => services.AddLocalModel(),
            var other => throw new StartupException($"Embeddings__Model must be local, openai or words, not {other}."),
        };
        return services.AddSingleton<EmbeddingModel>().AddSingleton<QuestionVectors>().AddSingleton<QuestionEmbedding>()
            .AddOtherModels(openAi, configuration.GetSection(EmbeddingsOptions.Section).Get<EmbeddingsOptions>() ?? new EmbeddingsOptions());
    }

    /// <summary>What embeds, for the greeting.</summary>
    public static string Describe(IConfiguration configuration)
    {
        var openAi = configuration.GetSection(OpenAiOptions.Section).Get<OpenAiOptions>() ?? new OpenAiOptions();
        return SourceOf(openAi, configuration) switch
        {
            EmbeddingSource.OpenAi => $"by words and by meaning ({openAi.EmbeddingModel} at {openAi.BaseUrl.Host})",
            EmbeddingSource.Local => $"by words and by meaning (the local model {LocalEmbeddingGenerator.ModelName})",
            _ => "by words alone (Embeddings__Model=local searches by meaning too)",
        };
    }

    private static EmbeddingSource SourceOf(OpenAiOptions openAi, IConfiguration configuration) =>
        (configuration.GetSection(EmbeddingsOptions.Section).Get<EmbeddingsOptions>() ?? new EmbeddingsOptions()).Chosen(openAi);

    /// <summary>The local model, which is not loaded yet.</summary>
    public static LocalEmbeddingGenerator LocalModel(IServiceProvider provider)
    {
        var limits = provider.GetRequiredService<LivePolicy>().Now.LocalModel;
        var generator = new LocalEmbeddingGenerator(AppContext.BaseDirectory, limits.ThreadCount, limits.QuestionCount);
        provider.GetRequiredService<LimitRegistry>().Watch(() => new LimitUsage(
            "model", "questions", limits.QuestionCount, generator.Questions.Running, generator.Questions.Waiting));
        return generator;
    }

    private static IServiceCollection AddLocalModel(this IServiceCollection services) => services
        .AddSingleton(LocalModel)
        .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(provider => provider.GetRequiredService<LocalEmbeddingGenerator>())
        .AddSingleton<LocalModelStart>()
        .AddSingleton(provider => new StartupStep(provider.GetRequiredService<LocalModelStart>().Load));
}
