using Navigator.Runtime.Upstreams;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Tools.Embedding;

internal static class EmbeddingSetup
{
    public static IServiceCollection AddEmbedding(this IServiceCollection services, OpenAiOptions openAi)
    {
        if (openAi.IsConfigured)
            services.AddSingleton<IEmbedder, OpenAiEmbedder>();
        else
            services.AddSingleton<IEmbedder, HashedNgramEmbedder>();
        return services.AddSingleton<QuestionVectors>().AddSingleton<QuestionEmbedding>();
    }
}
