using System.CommandLine;
using Navigator.Storage.Migrations;
using Spectre.Console;

namespace Navigator.Cli;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", $"Bring the database's schema up to date, as its owner ({OwnerSession.Variable}). Running it again changes nothing.");
        command.SetAction(OwnerSession.Run(
            async (owner, session, _, token) =>
            {
                var applied = await Migrator.Migrate(owner.Database, token);
                session.Print(applied, (console, names) =>
                    console.WriteLine(names.Count == 0 ? "The schema is up to date." : string.Join('\n', names.Select(name => $"applied {name}"))));
                return ExitCode.Done;
            },
            anySchema: true));
        return command;
    }
}
