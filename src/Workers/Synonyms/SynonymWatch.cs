using Navigator.Runtime;

namespace Navigator.Workers.Synonyms;

/// <summary>Reads the synonyms once a second and applies changes.</summary>
internal sealed partial class SynonymWatch(SynonymFile file, TimeProvider clock, ILogger<SynonymWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(Interval, "The watch over the synonyms", Look, clock, log, stoppingToken);

    private Task Look(CancellationToken token)
    {
        if (!file.Changes.HaveCome())
            return Task.CompletedTask;
        try
        {
            var entries = file.Reload();
            LogChanged(entries);
        }
        catch (StartupException error)
        {
            LogRefused(error.Message);
        }
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The synonyms changed. In force now: {Entries} entries")]
    private partial void LogChanged(int entries);

    [LoggerMessage(Level = LogLevel.Error, Message = "The synonyms changed but are invalid, so the old ones stay in force. {Reason}")]
    private partial void LogRefused(string reason);
}
