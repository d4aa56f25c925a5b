namespace Navigator.Workers.Tools.Retrieval;

internal static class RetrievalSetup
{
    public static IServiceCollection AddRetrieval(this IServiceCollection services)
    {
        services.AddOptions<RetrievalOptions>().BindConfiguration(RetrievalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<OtherModelLeg>().AddSingleton<PassageSearcher>().AddSingleton<PassageRetrieval>();
    }
}
