using System.CommandLine;
using Microsoft.Data.Sqlite;
using Navigator.Storage;
using Navigator.Storage.Hosting;
using Navigator.Storage.Migrations;
using Navigator.Storage.Moving;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Cli;

/// <summary>
/// Runs the commands that the owner of the data gives, past the API: over a connection of the owner's to PostgreSQL, or on the file of
/// embedded mode, whether Navigator runs or not. What the database says is one line, and never more than its own words for the error.
/// </summary>
internal static class OwnerSession
{
    public const string Variable = "ConnectionStrings__PostgresOwner";

    /// <summary>Ends the description of each of these commands.</summary>
    public const string Whose = $"For the owner of the database ({Variable}), or of the directory that embedded Navigator keeps its data in.";

    public static readonly Option<string?> Data = new("--data")
    {
        Description = $"The directory that embedded Navigator keeps its data in. Default: {DirectoryVariable}, else the same as Navigator's.",
        Recursive = true,
    };

    private const string DirectoryVariable = "Data__Directory";

    private static readonly PostgresPool Pool = new(0, 1, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), 0, GroupSize: 1);

    private static readonly SqliteLimits Limits = new(GroupSize: 1, Readers: 1, TimeSpan.FromMinutes(5), VectorCacheBytes: 0);

    /// <summary>Runs a command about tenants and keys: in PostgreSQL where the owner's connection string is set, else in the embedded file.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Run(
        Func<ITenantRegistry, Session, ParseResult, CancellationToken, Task<int>> body) =>
        Session.Run((session, parsed, token) => InOneLine(async () =>
        {
            if (parsed.GetValue(Data) is null && Secret(Variable) is { } connectionString)
            {
                await using var owner = Open(connectionString);
                await ExpectSchema(owner, token);
                return await body(new PostgresTenantRegistry(owner), session, parsed, token);
            }
            using var database = OpenFile(parsed);
            return await body(new SqliteTenantRegistry(database), session, parsed, token);
        }));

    /// <summary>Runs a command that is for PostgreSQL alone, whatever schema it has.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnPostgres(
        Func<NpgsqlDataSource, Session, ParseResult, CancellationToken, Task<int>> body) =>
        Session.Run((session, parsed, token) => InOneLine(async () =>
        {
            await using var owner = Open(Secret(Variable) ?? throw new CommandException(
                ExitCode.Usage,
                $"{Variable} is not set: the connection string of who owns the database, such as Host=…;Database=…;Username=…;Password=…."));
            return await body(owner, session, parsed, token);
        }));

    /// <summary>Runs a command that is for PostgreSQL alone, and for this version's schema.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnSchema(
        Func<NpgsqlDataSource, Session, ParseResult, CancellationToken, Task<int>> body) =>
        RunOnPostgres(async (owner, session, parsed, token) =>
        {
            await ExpectSchema(owner, token);
            return await body(owner, session, parsed, token);
        });

    /// <summary>Runs a command on the embedded file, which is there.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnFile(Func<string, Session, ParseResult, int> body) =>
        Session.Run((session, parsed, _) => InOneLine(() => Task.FromResult(body(FileOf(parsed), session, parsed))));

    /// <summary>Runs a command on the database in the embedded file, beside the process that may be running on it.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnEmbedded(
        Func<SqliteDatabase, Session, ParseResult, CancellationToken, Task<int>> body) =>
        Session.Run((session, parsed, token) => InOneLine(async () =>
        {
            using var database = OpenFile(parsed);
            return await body(database, session, parsed, token);
        }));

    /// <summary>A secret from the environment, or from the file that NAME_FILE names; null where there is neither.</summary>
    public static string? Secret(string name)
    {
        var text = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrWhiteSpace(text) && Environment.GetEnvironmentVariable($"{name}_FILE") is { Length: > 0 } file)
            text = File.Exists(file)
                ? File.ReadAllText(file).Trim()
                : throw new CommandException(ExitCode.Usage, $"{name}_FILE names {file}, which cannot be read.");
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    private static async Task<int> InOneLine(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (TenantException error)
        {
            throw new CommandException(ExitCode.Refused, error.Message);
        }
        catch (PostgresException error)
        {
            throw new CommandException(error.IsTransient ? ExitCode.Unavailable : ExitCode.Refused, $"PostgreSQL refused: {error.MessageText}");
        }
        catch (NpgsqlException error)
        {
            throw new CommandException(ExitCode.Unavailable, $"PostgreSQL does not answer: {error.Message}");
        }
        catch (Exception error) when (error is SqliteFileException or MovingException or StoredFormatException)
        {
            throw new CommandException(ExitCode.Refused, error.Message);
        }
        catch (SqliteException error)
        {
            throw new CommandException(
                PassingFailure.Is(error) ? ExitCode.Unavailable : ExitCode.Refused, $"The file cannot be used: {error.Message}");
        }
        catch (InvalidOperationException error)
        {
            throw new CommandException(ExitCode.Refused, error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Refused, $"A file cannot be used: {error.Message}");
        }
    }

    private static async Task ExpectSchema(NpgsqlDataSource owner, CancellationToken token)
    {
        if (await Migrator.Missing(owner, token) is [.., var newest])
            throw new CommandException(ExitCode.Refused, $"The schema is not up to date ({newest} is missing): run navigator migrate first.");
    }

    private static SqliteDatabase OpenFile(ParseResult parsed) => SqliteDatabase.OpenBeside(FileOf(parsed), TimeProvider.System, Limits);

    private static NpgsqlDataSource Open(string connectionString)
    {
        try
        {
            return StorageSetup.DataSource(connectionString, Pool);
        }
        catch (ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, $"{Variable} is no connection string such as Host=…;Database=…;Username=…;Password=….");
        }
    }

    /// <exception cref="CommandException">There is none: it is made when Navigator starts.</exception>
    private static string FileOf(ParseResult parsed)
    {
        var file = DataDirectory.FileIn(DataDirectory.Resolve(parsed.GetValue(Data) ?? Environment.GetEnvironmentVariable(DirectoryVariable)));
        return File.Exists(file)
            ? file
            : throw new CommandException(
                ExitCode.Usage,
                $"There is no {file}. Start Navigator once, or name the directory of its data with --data; for PostgreSQL, set {Variable}.");
    }
}
