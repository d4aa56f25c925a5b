using System.CommandLine;
using Navigator.Storage.Migrations;
using Navigator.Storage.Tenants;
using Spectre.Console;

namespace Navigator.Cli;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", $"Bring PostgreSQL's schema up to date, as its owner ({OwnerSession.Variable}), and let the roles of "
            + $"APIs and workers log in with NAVIGATOR_API_PASSWORD and NAVIGATOR_WORKER_PASSWORD, where these are set. Running it again changes "
            + $"nothing.");
        command.SetAction(OwnerSession.RunOnPostgres(async (owner, session, _, token) =>
        {
            var applied = await Migrator.Migrate(owner, token);
            foreach (var (role, variable) in new[] { (RuntimeRole.Api, "NAVIGATOR_API_PASSWORD"),
                (RuntimeRole.Worker, "NAVIGATOR_WORKER_PASSWORD") })
                if (OwnerSession.Secret(variable) is { } password)
                    await RuntimeRole.GrantLogin(owner, role, password, token);
            session.Print(applied, (console, names) =>
                console.WriteLine(names.Count == 0 ? "The schema is up to date." : string.Join('\n', names.Select(name => $"applied {name}"))));
            return ExitCode.Done;
        }));
        return command;
    }
}
