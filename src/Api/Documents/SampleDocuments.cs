using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Api.Documents;

/// <summary>Loads the sample policy when embedded, on the road that every document takes.</summary>
internal sealed class SampleDocuments(DocumentIntake intake) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "samples")).Order(StringComparer.Ordinal))
        {
            var content = await File.ReadAllBytesAsync(file, stoppingToken);
            if (MediaTypes.Detect(file, content) is { } mediaType)
                await intake.Accept(Caller.Tenant, DocumentTitle.FromFileName(file), mediaType, content, stoppingToken);
        }
    }
}
