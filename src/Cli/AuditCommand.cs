using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Navigator.Cli;

// Navigator.Text is nearer than Spectre.Console.
using Text = Spectre.Console.Text;

internal static class AuditCommand
{
    public static Command Create()
    {
        var tenant = new Option<string?>("--tenant") { Description = "Only entries about this tenant." };
        var limit = new Option<int>("--limit") { Description = "Maximum number of entries, newest first.", DefaultValueFactory = _ => 50 };
        var command = new Command("audit", $"List irreversible actions. {OwnerSession.Whose}") { tenant, limit, OwnerSession.Data };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            session.Print(await registry.Audit(parsed.GetValue(tenant), parsed.GetValue(limit), token), (console, entries) =>
            {
                var table = new Table().Border(TableBorder.None).AddColumns("at", "tenant", "actor", "action", "subject");
                foreach (var entry in entries)
                    table.AddRow(
                        new Text(entry.At.ToString("u", CultureInfo.InvariantCulture)), new Text(entry.Tenant), new Text(entry.Actor),
                        new Text(entry.Action), new Text(entry.Subject));
                console.Write(table);
            });
            return ExitCode.Done;
        }));
        return command;
    }
}
