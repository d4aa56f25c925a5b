namespace Navigator.Workers.Tools.WebSearch;

internal static class WebSearchSetup
{
    public static IServiceCollection AddWebSearch(this IServiceCollection services)
    {
        services.AddOptions<WebSearchOptions>().BindConfiguration(WebSearchOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<TavilyClient>();
    }
}
