using Navigator.LocalModel;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Upstreams;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Answer;

internal static class AnswerSetup
{
    public static IServiceCollection AddAnswer(this IServiceCollection services, ChatProviders chats)
    {
        services.AddOptions<AnswerOptions>().BindConfiguration(AnswerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        if (chats.Answer is not null)
            services.AddSingleton<IAnswerer, ModelAnswerer>();
        else
            services.AddSingleton<IAnswerer>(provider => provider.GetRequiredService<ExtractiveAnswerer>());
        // Without a local model there is none to ask: an answer's many sentences are never sent to a model elsewhere.
        services.AddSingleton(provider => new SentenceSimilarity(
            provider.GetService<LocalEmbeddingGenerator>(), provider.GetRequiredService<QuestionVectors>(),
            provider.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<StatementRanker>().AddSingleton<ExtractiveAnswerer>()
            .AddSingleton<SourceScreen>().AddSingleton<SourceCollector>().AddSingleton<AnswerComposition>()
            .AddSingleton(provider => new InlineAnswer(provider.GetRequiredService<AnswerComposition>().Run)).AddSingleton<ToolReport>();
    }
}
