using Navigator.Runtime.Upstreams;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Intake;

internal static class IntakeSetup
{
    public static IServiceCollection AddIntake(
        this IServiceCollection services, OpenAiOptions openAi, ChatProviders chats, TranslationOptions translation)
    {
        services.AddOptions<TranslationOptions>().BindConfiguration(TranslationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ScreeningOptions>().BindConfiguration(ScreeningOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        // Each agent uses its rules alone if its model is not configured.
        if (TranslationModels.AreConfigured(chats, translation))
            services.AddSingleton<TranslationModels>();
        if (openAi.Moderates)
            services.AddSingleton<ModerationModel>();
        if (chats.Small is not null)
            services.AddSingleton<PlanningModel>();
        return services.AddSingleton<Translator>().AddSingleton(MeaningWeights.Load()).AddSingleton<MeaningScreen>()
            .AddSingleton<Screener>().AddSingleton<Planner>().AddSingleton<QuestionPreparation>();
    }
}
