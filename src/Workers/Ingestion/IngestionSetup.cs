using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Workers.Ingestion;

internal static class IngestionSetup
{
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddOptions<IngestionOptions>().BindConfiguration(IngestionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<PdfTextReader>().AddSingleton<TextExtractor>().AddSingleton<DocumentReader>()
            .AddHostedService<Reembedding>();
    }
}
