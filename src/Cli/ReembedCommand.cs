using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Documents;
using Spectre.Console;

namespace Navigator.Cli;

// Navigator.Text is nearer than Spectre.Console.
using Text = Spectre.Console.Text;

internal static class ReembedCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var wait = new Option<bool>("--wait") { Description = "Wait until every model in use has embedded all documents." };
        var prune = new Option<bool>("--prune")
        {
            Description = "Delete the vectors of models that no process uses any more, from the documents that every model in use has embedded.",
        };
        var command = new Command(
            "reembed", "Show how many documents each embedding model has embedded. Workers embed documents of an earlier model again by themselves. "
                + OwnerSession.Whose)
        {
            wait,
            prune,
            OwnerSession.Data,
        };
        command.SetAction(OwnerSession.RunOnModels(async (coverage, session, parsed, token) =>
        {
            var models = parsed.GetValue(wait) ? await Wait(coverage, session, token) : await coverage.Read(token);
            var inUse = models.Where(model => model.InUse).Select(model => model.Model).ToList();
            var pruned = parsed.GetValue(prune) && inUse.Count > 0 ? await coverage.Prune(inUse, token) : null;
            if (pruned is { Documents: > 0 })
                models = await coverage.Read(token);
            session.Print(new { models, pruned }, (console, now) => Show(console, now.models, now.pruned));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <exception cref="CommandException">No process runs that could embed.</exception>
    private static Task<IReadOnlyList<ModelCoverage>> Wait(IModelCoverage coverage, Session session, CancellationToken token) =>
        session.Progress.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var bars = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
                while (true)
                {
                    var models = await coverage.Read(token);
                    var left = models.Where(model => model is { InUse: true, DocumentsWithout: > 0 }).ToList();
                    if (left.Count == 0)
                        return models;
                    if (left.Find(model => DateTimeOffset.UtcNow - model.UsedAt > ModelCoverage.Lately) is { } stopped)
                        throw new CommandException(
                            ExitCode.Unavailable,
                            $"{Number(stopped.DocumentsWithout)} documents have no vectors of {stopped.Model}, and no process has used it since "
                                + $"{stopped.UsedAt.ToString("u", CultureInfo.InvariantCulture)}. Start Navigator's worker.");
                    foreach (var model in left)
                    {
                        if (!bars.TryGetValue(model.Model, out var bar))
                            bars.Add(model.Model, bar = progress.AddTask(model.Model));
                        bar.Value = 100.0 * model.Passages / Math.Max(1, model.Passages + model.PassagesWithout);
                    }
                    await Task.Delay(Interval, token);
                }
            });

    private static void Show(IAnsiConsole console, IReadOnlyList<ModelCoverage> models, PrunedVectors? pruned)
    {
        if (models.Count == 0)
        {
            console.WriteLine("No model has been used yet. Start Navigator's worker.");
            return;
        }
        var table = new Table().Border(TableBorder.None);
        foreach (var name in (string[])["model", "in use", "documents", "of", "passages", "of"])
            table.AddColumn(new TableColumn(new Text(name)) { NoWrap = true });
        foreach (var model in models)
            table.AddRow(
                new Text(model.Model), new Text(model.InUse ? "yes" : "no"), new Text(Number(model.Documents)),
                new Text(Number(model.Documents + model.DocumentsWithout)), new Text(Number(model.Passages)),
                new Text(Number(model.Passages + model.PassagesWithout)));
        console.Write(table);
        if (pruned is not null)
            console.WriteLine($"{Number(pruned.Vectors)} vectors of {Number(pruned.Documents)} documents were deleted.");
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
