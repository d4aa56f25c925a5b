using System.CommandLine;
using System.Globalization;
using Navigator.Contracts.Http;
using Spectre.Console;

namespace Navigator.Cli;

// Navigator.Text is nearer than Spectre.Console.
using Text = Spectre.Console.Text;

internal static class JobsCommand
{
    public static Command Create()
    {
        var status = new Option<string?>("--status") { Description = "queued, running, answered, refused, failed, expired or cancelled." };
        var conversation = new Option<string?>("--conversation") { Description = "Only jobs of this conversation." };
        var limit = new Option<int>("--limit") { Description = "Maximum number of jobs, newest first.", DefaultValueFactory = _ => 20 };
        var command = new Command("jobs", "List your questions, newest first.") { status, conversation, limit };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            var jobs = new List<ChatJob>();
            for (string? cursor = null; jobs.Count < parsed.GetValue(limit);)
            {
                var page = await session.Client.Get<ChatJobList>(
                    Query(parsed.GetValue(status), parsed.GetValue(conversation), cursor, Math.Min(100, parsed.GetValue(limit) - jobs.Count)), token);
                jobs.AddRange(page.Data);
                if ((cursor = page.NextCursor) is null)
                    break;
            }
            session.Print(jobs, PrintTable);
            return ExitCode.Done;
        }));
        command.Subcommands.Add(One("show", "Show one job.", (session, id, token) => session.Client.Get<ChatJob>($"/v1/chat/jobs/{id}", token)));
        command.Subcommands.Add(One("cancel", "Cancel one job.",
            (session, id, token) => session.Client.Delete<ChatJob>($"/v1/chat/jobs/{id}", token)));
        return command;
    }

    private static Command One(string name, string description, Func<Session, Guid, CancellationToken, Task<ChatJob>> ask)
    {
        var id = new Argument<Guid>("id");
        var command = new Command(name, description) { id };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            session.Print(await ask(session, parsed.GetValue(id), token), JobView.Print);
            return ExitCode.Done;
        }));
        return command;
    }

    private static string Query(string? status, string? conversation, string? cursor, int limit)
    {
        var conditions = new (string Name, string? Value)[]
            { ("status", status), ("conversation_id", conversation), ("cursor", cursor), ("limit", limit.ToString(CultureInfo.InvariantCulture)) };
        return "/v1/chat/jobs?" + string.Join('&', conditions.Where(condition => condition.Value is not null)
            .Select(condition => $"{condition.Name}={Uri.EscapeDataString(condition.Value!)}"));
    }

    private static void PrintTable(IAnsiConsole console, List<ChatJob> jobs)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var name in new[] { "id", "status", "attempt", "seconds", "asked", "question" })
            table.AddColumn(new TableColumn(name) { NoWrap = name != "question" });
        foreach (var job in jobs)
            table.AddRow(
                new Text(job.Id.ToString()), new Text(job.Error is { } error ? error.Code : job.Status.ToString().ToLowerInvariant()),
                new Text(job.Attempt.ToString(CultureInfo.InvariantCulture)),
                new Text(job.Timings.TotalMs is { } total ? (total / 1000.0).ToString("0.0", CultureInfo.InvariantCulture) : ""),
                new Text(job.CreatedAt.ToString("u", CultureInfo.InvariantCulture)), new Text(Shorten(job.Question)));
        console.Write(table);
    }

    private static string Shorten(string question)
    {
        var line = question.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : $"{line[..59]}…";
    }
}
