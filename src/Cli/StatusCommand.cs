using System.CommandLine;
using Navigator.Contracts.Http;
using Spectre.Console;

namespace Navigator.Cli;

internal static class StatusCommand
{
    /// <summary>Not a setting: processes report every other second.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Print the state once. Default if the output is not a terminal, or with --json." };
        var command = new Command("status", "Show queues, limits in use, circuit breakers, rates and processes, every two seconds. Needs a key with "
            + "the scope operate. Ctrl+C ends it.") { once };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            var now = await session.Client.Get<LimitsNow>("/v1/limits", token);
            if (parsed.GetValue(once) || parsed.GetValue(Session.Json) || Console.IsOutputRedirected)
                session.Print(now, (console, state) => console.Write(StatusView.Of(state)));
            else
                await Watch(session, now, token);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Task Watch(Session session, LimitsNow first, CancellationToken token) =>
        AnsiConsole.Live(StatusView.Of(first)).AutoClear(true).StartAsync(async live =>
        {
            while (true)
            {
                live.Refresh();
                await Task.Delay(Interval, token);
                live.UpdateTarget(StatusView.Of(await session.Client.Get<LimitsNow>("/v1/limits", token)));
            }
        });
}
