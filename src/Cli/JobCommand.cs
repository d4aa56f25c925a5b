using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Navigator.Contracts.Http;
using Spectre.Console;

namespace Navigator.Cli;

internal static class JobCommand
{
    public static Command Create()
    {
        var id = new Argument<Guid>("id");
        var command = new Command("job", "Show one job's time line: its stages and their times, attempts, what is missing, and its trace.") { id };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            session.Print(await session.Client.Get<JsonElement>($"/v1/chat/jobs/{parsed.GetValue(id)}", token), Print);
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Print(IAnsiConsole console, JsonElement response)
    {
        var job = response.Deserialize<ChatJob>(NavigatorClient.Json)!;
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{job.Id}  {Word(job.Status)} · {Word(job.Stage)} · attempt {job.Attempt}"));
        if (job.TraceId is { } trace)
            console.WriteLine($"trace     {trace}");
        foreach (var end in job.EarlierEnds)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{end.FinishedAt:u}  attempt {end.Attempt} ended: {Word(end.Status)}, {end.Error.Code}; then replayed"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{job.CreatedAt:u}  accepted, deadline {job.DeadlineAt:u}"));
        foreach (var (stage, ms) in new[] { ("queue", job.Timings.QueueMs), ("intake", job.Timings.IntakeMs), ("tools", job.Timings.ToolsMs),
            ("  documents", job.Timings.DocumentsMs), ("  web search", job.Timings.WebSearchMs), ("answer", job.Timings.AnswerMs) })
            if (ms is { } time)
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"          {stage,-14}{time,9:N0} ms"));
        foreach (var reason in job.Degraded)
            console.WriteLine($"          without {reason}");
        if (job.FinishedAt is { } finished)
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{finished:u}  {Word(job.Status)} after {job.Timings.TotalMs:N0} ms"));
        if (job.Error is { } error)
            console.WriteLine($"          {error.Message} ({error.Code})");
    }

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
