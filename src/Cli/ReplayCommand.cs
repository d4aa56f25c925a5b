using System.CommandLine;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Spectre.Console;

namespace Navigator.Cli;

internal static class ReplayCommand
{
    public static Command Create()
    {
        var statuses = new Option<JobStatus[]>("--status")
        {
            Description =
            "failed, expired or queued. May be repeated. Default: failed and expired."
        };
        var since = new Option<string?>("--since") { Description = "Only jobs accepted within this time: 30m, 6h, 2d." };
        var from = new Option<DateTimeOffset?>("--from") { Description = "Only jobs accepted at this time or later." };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Only jobs accepted before this time." };
        var code = new Option<string?>("--error-code") { Description = "Only jobs that ended with this error code." };
        var conversation = new Option<string?>("--conversation") { Description = "Only jobs of this conversation." };
        var queue = new Option<string?>("--queue") { Description = "Replay the messages of this error queue instead of jobs." };
        var rate = new Option<double?>("--rate") { Description = "Jobs per second. Default: 20." };
        var max = new Option<int?>("--max") { Description = "Maximum number of jobs. Default: 10,000." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Count the matching jobs and replay none." };
        var detach = new Option<bool>("--detach") { Description = "Do not wait until all jobs have ended." };
        var command = new Command("replay", "Ask failed or expired questions again.") { statuses, since, from, to, code, conversation, queue, rate,
            max, dryRun, detach };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            var request = new ReplayRequest
            {
                Filter = new ReplayFilter
                {
                    Status = parsed.GetValue(statuses) is { Length: > 0 } wanted ? wanted : null,
                    From = parsed.GetValue(since) is { } span ? DateTimeOffset.UtcNow - DurationOption.Parse(span, "--since") : parsed.GetValue(from),
                    To = parsed.GetValue(to),
                    ErrorCode = parsed.GetValue(code),
                    ConversationId = parsed.GetValue(conversation),
                    Queue = parsed.GetValue(queue),
                },
                RatePerSecond = parsed.GetValue(rate),
                Max = parsed.GetValue(max),
                DryRun = parsed.GetValue(dryRun),
            };
            if (parsed.GetValue(dryRun))
            {
                session.Print(
                    await session.Client.Post<ReplayPreview>("/v1/replays", request, null, token),
                    (console, preview) => console.WriteLine($"{preview.Matched} match, {preview.WouldReplay} would be replayed."));
                return ExitCode.Done;
            }
            var replay = await session.Client.Post<Replay>("/v1/replays", request, null, token);
            if (!parsed.GetValue(detach))
                replay = await Follow(session, replay, token);
            session.Print(replay, PrintOne);
            return replay.Counts.FailedAgain == 0 && replay.Status != ReplayStatus.Cancelled ? ExitCode.Done : ExitCode.EndedBadly;
        }));
        command.Subcommands.Add(One("show", "Show one replay.", (session, id, token) => session.Client.Get<Replay>($"/v1/replays/{id}", token)));
        command.Subcommands.Add(One("pause", "Pause a replay. It queues no jobs until it is resumed.",
            (session, id, token) => session.Client.Post<Replay>($"/v1/replays/{id}/pause", null, null, token)));
        command.Subcommands.Add(One("resume", "Resume a paused replay.",
            (session, id, token) => session.Client.Post<Replay>($"/v1/replays/{id}/resume", null, null, token)));
        command.Subcommands.Add(One("cancel", "Cancel a replay. It queues no more jobs.",
            (session, id, token) => session.Client.Delete<Replay>($"/v1/replays/{id}", token)));
        command.Subcommands.Add(List());
        return command;
    }

    private static Command One(string name, string description, Func<Session, Guid, CancellationToken, Task<Replay>> ask)
    {
        var id = new Argument<Guid>("id");
        var command = new Command(name, description) { id };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            session.Print(await ask(session, parsed.GetValue(id), token), PrintOne);
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the newest replays.");
        command.SetAction(Session.Run(async (session, _, token) =>
        {
            session.Print(await session.Client.Get<ReplayList>("/v1/replays", token), (console, list) =>
            {
                foreach (var replay in list.Data)
                    PrintOne(console, replay);
            });
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Shows one bar for replayed jobs and one for ended jobs, until all have ended. Ctrl+C stops the display, not the replay.</summary>
    private static async Task<Replay> Follow(Session session, Replay replay, CancellationToken token)
    {
        try
        {
            await session.Progress.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(),
                new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async progress =>
                {
                    var all = Math.Max(1, Math.Min(replay.Counts.Matched, replay.Max));
                    var (queued, ended) = (progress.AddTask("replayed", maxValue: all), progress.AddTask("ended", maxValue: all));
                    while (true)
                    {
                        replay = await session.Client.Get<Replay>(replay.Links.Self, token);
                        queued.Value = replay.Counts.Replayed + replay.Counts.Skipped;
                        queued.Description = replay.HeldBack ? "replayed (held back)" : replay.Status == ReplayStatus.Paused
                            ? "replayed (paused)"
                            : "replayed";
                        ended.Value = replay.Filter.Queue is null
                            ? replay.Counts.Replayed + replay.Counts.Skipped - replay.Counts.Unfinished
                            : queued.Value;
                        if (replay.Status is ReplayStatus.Finished or ReplayStatus.Cancelled && replay.Counts.Unfinished == 0)
                            break;
                        await Task.Delay(300, token);
                    }
                });
            return replay;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"The replay continues. Follow it with: navigator replay show {replay.Id}");
            throw;
        }
    }

    private static void PrintOne(IAnsiConsole console, Replay replay)
    {
        var counts = replay.Counts;
        console.WriteLine(
            $"{replay.Id}  {replay.Status.ToString().ToLowerInvariant()}{(replay.HeldBack ? " (held back)" : "")}: {counts.Matched} matched, "
                + $"{counts.Replayed} replayed, "
            + $"{counts.Skipped} skipped, {counts.Answered} answered, {counts.FailedAgain} failed again, {counts.Refused + counts.Cancelled} "
            + $"refused or cancelled, "
            + $"{counts.Unfinished} unfinished");
    }
}
