using Navigator.Api.Access;
using Navigator.Runtime.Flow;
using Navigator.Storage.Sqlite;
using Navigator.Text;

namespace Navigator.Api.Documents;

/// <summary>Uploads the sample policy into a new embedded database, like any document. It stays away after it is deleted.</summary>
internal sealed class SampleDocuments(DocumentTransitions transitions, SqliteDatabase database, Exposure exposure) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsNew || exposure.NeedsKeys)
            return; // with keys, tenants upload their own documents
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "samples")).Order(StringComparer.Ordinal))
        {
            var content = await File.ReadAllBytesAsync(file, stoppingToken);
            if (MediaTypes.Detect(file, content) is { } mediaType)
                await transitions.Add(Caller.Development, DocumentTitle.FromFileName(file), mediaType, content, stoppingToken);
        }
    }
}
