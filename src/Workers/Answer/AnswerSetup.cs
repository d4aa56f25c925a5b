using Navigator.Runtime.Flow;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Answer;

internal static class AnswerSetup
{
    public static IServiceCollection AddAnswer(this IServiceCollection services, OpenAiOptions openAi)
    {
        services.AddOptions<AnswerOptions>().BindConfiguration(AnswerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        if (openAi.IsConfigured)
            services.AddSingleton<IAnswerer, OpenAiAnswerer>();
        else
            services.AddSingleton<IAnswerer>(provider => provider.GetRequiredService<ExtractiveAnswerer>());
        return services.AddSingleton<ExtractiveAnswerer>().AddSingleton<SourceCollector>().AddSingleton<AnswerComposition>()
            .AddSingleton(provider => new InlineAnswer(provider.GetRequiredService<AnswerComposition>().Run)).AddSingleton<ToolReport>();
    }
}
