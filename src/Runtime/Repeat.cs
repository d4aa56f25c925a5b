namespace Navigator.Runtime;

/// <summary>
/// Repeats work until the process stops. A failure does not end it: the work runs again at the next tick. A series of failures is logged once.
/// </summary>
public static partial class Repeat
{
    /// <param name="what">Subject of the log's sentence.</param>
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} failed ({Error}). It keeps trying")]
    private static partial void LogFailing(ILogger log, string what, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "{What} works again")]
    private static partial void LogRecovered(ILogger log, string what);
}
