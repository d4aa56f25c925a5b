using System.CommandLine;
using Navigator.Cli;

// navigator: ask, ingest, jobs, job, status and replay use the API. doctor asks every part itself. tenants, keys, audit, reembed, backup, migrate,
// export and import bypass the API, for the owner of the data. Results go to standard output, progress to standard error. Exit codes: ExitCode.cs.
var root = new RootCommand("Answers questions about your own documents. Set the server with NAVIGATOR_URL or --url, and NAVIGATOR_KEY if the server "
    + "needs a key.")
{
    AskCommand.Create(),
    IngestCommand.Create(),
    JobsCommand.Create(),
    JobCommand.Create(),
    ReplayCommand.Create(),
    TenantsCommand.Create(),
    KeysCommand.Create(),
    DoctorCommand.Create(),
    StatusCommand.Create(),
    ReembedCommand.Create(),
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
