using Navigator.Storage.Sqlite;

namespace Navigator.Runtime.Hosting;

/// <summary>
/// Checks an embedded file to its end if it was too large to be checked whole at the start. Damage ends the process, because each further
/// change could make it worse.
/// </summary>
internal sealed partial class EmbeddedFileCheck(
    SqliteDatabase database, IHostApplicationLifetime process, TimeProvider clock, ILogger<EmbeddedFileCheck> log) : BackgroundService
{
    /// <summary>The check reads all of the file, and the first questions after a start need the disk and the processors more.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (database.IsChecked)
            return;
        await Task.Delay(Pause, clock, stoppingToken);
        LogBegins();
        try
        {
            await database.Check(stoppingToken);
            LogSound();
        }
        catch (SqliteFileException error)
        {
            LogDamaged(error.Message);
            Environment.ExitCode = 1;
            process.StopApplication();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The file is large. Its check goes on while questions are answered")]
    private partial void LogBegins();

    [LoggerMessage(Level = LogLevel.Information, Message = "The check of the file is done: it is sound")]
    private partial void LogSound();

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Reason} The process ends")]
    private partial void LogDamaged(string reason);
}
