using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Moving;
using Spectre.Console;

namespace Navigator.Cli;

internal static class ImportCommand
{
    public static Command Create()
    {
        var source = new Argument<DirectoryInfo>("directory") { Description = "What navigator export wrote." };
        var command = new Command(
            "import",
            $"Move an export into PostgreSQL, as its owner ({OwnerSession.Variable}). Run again after it was stopped, it goes on; what is there "
                + "already is not changed.")
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
                $"{kind.Kind}: {kind.Exported} exported, {kind.Imported} imported now, {kind.Present} there already"));
            foreach (var (reason, rows) in kind.Refused)
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rows} refused: {Explain(reason)} ({reason})"));
        }
        if (summary.LostCitations > 0)
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{summary.LostCitations} citations name a document that was refused: what they quote can be read, their links lead nowhere."));
        console.WriteLine(summary.IsComplete ? "Everything is there." : "Not everything is there.");
    }

    private static string Explain(string reason) => reason switch
    {
        Refusal.KeptFromBefore => "the same bytes or the same idempotency key are there under another id, and were kept",
        Refusal.IdTaken => "another key has the id",
        Refusal.DocumentRefused => "their document was refused",
        Refusal.DocumentChanged => "their document is there without them, because it has changed since it was imported",
        _ => "PostgreSQL cannot hold it",
    };
}
