namespace Navigator.Runtime;

/// <summary>
/// Work that a process does again and again until it stops. It never ends by failing: it goes on at the next tick, for as long
/// as it takes, and says so once per episode.
/// </summary>
public static partial class Repeat
{
    /// <param name="what">Subject of the sentence in the log.</param>
    public static async Task Every(
        TimeSpan interval, string what, Func<CancellationToken, Task> work, TimeProvider clock, ILogger log, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, clock);
        var failing = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stopping);
                await work(stopping);
                if (failing)
                    LogRecovered(log, what);
                failing = false;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception error)
            {
                if (!failing)
                    LogFailing(log, what, error.GetBaseException().GetType().Name);
                failing = true;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} cannot go on ({Error}); it keeps trying")]
    private static partial void LogFailing(ILogger log, string what, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "{What} goes on")]
    private static partial void LogRecovered(ILogger log, string what);
}
