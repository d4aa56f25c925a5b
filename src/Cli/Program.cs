using System.CommandLine;
using Navigator.Cli;

// navigator: ask, ingest, jobs and replay through the API; tenants, keys, audit, backup, migrate, export and import past it, for the owner of
// the data. What it found goes to standard output, how it is going to standard error. Exit codes: ExitCode.cs.
var root = new RootCommand("Questions about your own documents, answered. A server is needed: NAVIGATOR_URL, or --url; and NAVIGATOR_KEY, where it "
    + "wants a key.")
{
    AskCommand.Create(),
    IngestCommand.Create(),
    JobsCommand.Create(),
    ReplayCommand.Create(),
    TenantsCommand.Create(),
    KeysCommand.Create(),
    AuditCommand.Create(),
    BackupCommand.Create(),
    MigrateCommand.Create(),
    ExportCommand.Create(),
    ImportCommand.Create(),
};
root.Options.Add(Session.Url);
root.Options.Add(Session.Key);
root.Options.Add(Session.Json);

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine($"navigator: {parsed.Errors[0].Message} See navigator --help.");
    return ExitCode.Usage;
}
return await parsed.InvokeAsync();
