using System.CommandLine;
using Navigator.Contracts.Http;
using Spectre.Console;

namespace Navigator.Cli;

internal static class IngestCommand
{
    private const int AtOnce = 4;

    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("files") { Description = "PDF, HTML, Markdown or text files.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("ingest", "Upload documents and wait until they are ready for questions.") { files };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            var wanted = parsed.GetValue(files)!;
            if (wanted.FirstOrDefault(file => !file.Exists) is { } missing)
                throw new CommandException(ExitCode.Usage, $"The file {missing.FullName} does not exist. Nothing was uploaded.");

            var outcomes = new Outcome[wanted.Length];
            await session.Progress.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
                .StartAsync(async progress =>
                {
                    var bars = wanted.Select(file => progress.AddTask(Markup.Escape(file.Name))).ToList();
                    await Parallel.ForAsync(0, wanted.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = token },
                        async (i, stop) =>
                        outcomes[i] = await Ingest(session, wanted[i], bars[i], stop));
                });
            session.Print(outcomes, PrintOutcomes);
            return outcomes.All(outcome => outcome.Document?.Status == DocumentStatus.Ready) ? ExitCode.Done : ExitCode.EndedBadly;
        }));
        return command;
    }

    /// <param name="Problem">Why the server refused the file; null if it accepted it.</param>
    private sealed record Outcome(string File, Document? Document, string? Problem);

    private static async Task<Outcome> Ingest(Session session, FileInfo file, ProgressTask bar, CancellationToken token)
    {
        try
        {
            var document = await session.Client.Upload(file.FullName, token);
            while (document.Status is not (DocumentStatus.Ready or DocumentStatus.Failed))
            {
                bar.Value = 10 + (document.Passages is > 0 ? 90.0 * document.EmbeddedPassages / document.Passages.Value : 0);
                await Task.Delay(200, token);
                document = await session.Client.Get<Document>(document.Links.Self, token);
            }
            bar.Value = 100;
            return new Outcome(file.Name, document, null);
        }
        catch (CommandException error) when (error.ExitCode == ExitCode.Refused)
        {
            // A refused file does not stop the others.
            bar.StopTask();
            return new Outcome(file.Name, null, error.Message);
        }
    }

    private static void PrintOutcomes(IAnsiConsole console, Outcome[] outcomes)
    {
        foreach (var (file, document, problem) in outcomes)
            console.WriteLine(document switch
            {
                null => $"{file}: refused: {problem}",
                { Status: DocumentStatus.Failed, Error: { } error } => $"{file}: failed: {error.Message} ({error.Code})",
                _ => $"{file}: ready, {document.Id}, {(document.Pages is { } pages ? $"{pages} pages, " : "")}{document.Passages} passages",
            });
    }
}
