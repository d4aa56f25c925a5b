using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Moving;
using Spectre.Console;

namespace Navigator.Cli;

internal static class ImportCommand
{
    public static Command Create()
    {
        var source = new Argument<DirectoryInfo>("directory") { Description = "Directory that navigator export wrote." };
        var command = new Command(
            "import",
            $"Move an export into PostgreSQL, as its owner ({OwnerSession.Variable}). If it was stopped, run it again to continue. Existing "
                + "rows are not changed.")
        {
            source,
        };
        command.SetAction(OwnerSession.RunOnSchema(async (owner, session, parsed, token) =>
        {
            var directory = parsed.GetValue(source)!.FullName;
            var summary = await MovingBars.Show(session, progress => PostgresImport.Run(owner, directory, progress, token));
            session.Print(summary, PrintSummary);
            return summary.IsComplete ? ExitCode.Done : ExitCode.EndedBadly;
        }));
        return command;
    }

    private static void PrintSummary(IAnsiConsole console, ImportSummary summary)
    {
        foreach (var kind in summary.Kinds)
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind.Kind}: {kind.Exported} exported, {kind.Imported} imported now, {kind.Present} present already"));
            foreach (var (reason, rows) in kind.Refused)
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rows} refused: {Explain(reason)} ({reason})"));
        }
        if (summary.LostCitations > 0)
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{summary.LostCitations} citations name a document that was refused. Their quotes can be read, but their links have no target."));
        console.WriteLine(summary.IsComplete ? "The import is complete." : "The import is incomplete.");
    }

    private static string Explain(string reason) => reason switch
    {
        Refusal.KeptFromBefore => "the database has the same bytes or idempotency key under another id, and keeps them",
        Refusal.IdTaken => "another key has this id",
        Refusal.DocumentRefused => "their document was refused",
        Refusal.DocumentChanged => "their document has changed since it was imported",
        _ => "PostgreSQL cannot hold it",
    };
}
