using Microsoft.AspNetCore.Builder;
using Navigator.Api;
using Navigator.Runtime.Hosting;
using Navigator.Workers;

namespace Navigator.EndToEnd.Tests;

/// <summary>
/// The API or a worker in the process of the tests, built as in a process of its own and reached through its port. A start costs a tenth of
/// a process's, because the code is compiled already. Metrics, spans, logs, signals and memory are a process's: tests about them start one.
/// </summary>
internal sealed class NavigatorInside : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Task running;

    private NavigatorInside(WebApplication app)
    {
        this.app = app;
        running = app.RunNavigator();
    }

    public static NavigatorInside Api(IReadOnlyDictionary<string, string> environment) =>
        new(ApiProcess.Build(Arguments(environment), Pipeline.AddWorkers));

    public static NavigatorInside Worker(IReadOnlyDictionary<string, string> environment) =>
        new(WorkerProcess.Build(Arguments(environment), Pipeline.AddWorkers));

    /// <summary>Where it listens, once it has started.</summary>
    public async Task<Uri> UntilListening(TimeSpan limit)
    {
        var started = new TaskCompletionSource();
        await using var registration = app.Lifetime.ApplicationStarted.Register(started.SetResult);
        await await Task.WhenAny(started.Task, running).WaitAsync(limit);
        return new Uri(app.Urls.First());
    }

    /// <summary>Throws if it could not start, or has ended.</summary>
    public void AssertRuns()
    {
        if (running.IsCompleted)
            throw new InvalidOperationException("Navigator has ended.", running.Exception);
    }

    public async ValueTask DisposeAsync()
    {
        app.Lifetime.StopApplication();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static string[] Arguments(IReadOnlyDictionary<string, string> environment) =>
    [
        "--urls=http://127.0.0.1:0", "--Serilog:MinimumLevel:Default=Fatal",
        .. NavigatorProcess.Settings(environment).Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
    ];
}
