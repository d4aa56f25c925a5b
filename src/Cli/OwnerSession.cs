using System.CommandLine;
using Microsoft.Data.Sqlite;
using Navigator.Storage;
using Navigator.Storage.Documents;
using Navigator.Storage.Hosting;
using Navigator.Storage.Migrations;
using Navigator.Storage.Moving;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Cli;

/// <summary>
/// Runs commands that bypass the API, for the owner of the data: on PostgreSQL over the owner's connection, or on the embedded file, whether
/// Navigator runs or not. A database error is one line and contains only the database's own message.
/// </summary>
internal static class OwnerSession
{
    public const string Variable = "ConnectionStrings__PostgresOwner";

    /// <summary>The last sentence of each of these commands' descriptions.</summary>
    public const string Whose = $"For the owner of the database ({Variable}), or of embedded Navigator's data directory.";

    public static readonly Option<string?> Data = new("--data")
    {
        Description = $"Embedded Navigator's data directory. Default: {DirectoryVariable}, else Navigator's own default.",
        Recursive = true,
    };

    private const string DirectoryVariable = "Data__Directory";

    private static readonly PostgresPool Pool = new(0, 1, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), 0, GroupSize: 1);

    private static readonly SqliteLimits Limits = new(GroupSize: 1, Readers: 1, TimeSpan.FromMinutes(5), VectorCacheBytes: 0);

    /// <summary>Runs a command about tenants and keys: on PostgreSQL if the owner's connection string is set, else on the embedded file.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> Run(
        Func<ITenantRegistry, Session, ParseResult, CancellationToken, Task<int>> body) =>
        OnEither(owner => new PostgresTenantRegistry(owner), file => new SqliteTenantRegistry(file), body);

    /// <summary>Runs a command about embedding models: on PostgreSQL if the owner's connection string is set, else on the embedded file.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnModels(
        Func<IModelCoverage, Session, ParseResult, CancellationToken, Task<int>> body) =>
        OnEither(owner => new PostgresModelCoverage(owner), file => new SqliteModelCoverage(file), body);

    /// <summary>Runs a command that needs PostgreSQL, with any version of the schema.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnPostgres(
        Func<NpgsqlDataSource, Session, ParseResult, CancellationToken, Task<int>> body) =>
        Session.Run((session, parsed, token) => InOneLine(async () =>
        {
            await using var owner = Open(Secret(Variable) ?? throw new CommandException(
                ExitCode.Usage,
                $"{Variable} is not set. Set it to the connection string of the database's owner, such as Host=…;Database=…;Username=…;Password=…."));
            return await body(owner, session, parsed, token);
        }));

    /// <summary>Runs a command that needs PostgreSQL with this version's schema.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnSchema(
        Func<NpgsqlDataSource, Session, ParseResult, CancellationToken, Task<int>> body) =>
        RunOnPostgres(async (owner, session, parsed, token) =>
        {
            await ExpectSchema(owner, token);
            return await body(owner, session, parsed, token);
        });

    /// <summary>Runs a command on the embedded file, which must exist.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnFile(Func<string, Session, ParseResult, int> body) =>
        Session.Run((session, parsed, _) => InOneLine(() => Task.FromResult(body(FileOf(parsed), session, parsed))));

    /// <summary>Runs a command on the embedded database, while another process may be running on it.</summary>
    public static Func<ParseResult, CancellationToken, Task<int>> RunOnEmbedded(
        Func<SqliteDatabase, Session, ParseResult, CancellationToken, Task<int>> body) =>
        Session.Run((session, parsed, token) => InOneLine(async () =>
        {
            using var database = OpenFile(parsed);
            return await body(database, session, parsed, token);
        }));

    /// <summary>Returns a secret from the environment, or from the file that NAME_FILE names; null if neither is set.</summary>
    public static string? Secret(string name)
    {
        var text = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrWhiteSpace(text) && Environment.GetEnvironmentVariable($"{name}_FILE") is { Length: > 0 } file)
            text = File.Exists(file)
                ? File.ReadAllText(file).Trim()
                : throw new CommandException(ExitCode.Usage, $"{name}_FILE names {file}, which cannot be read.");
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    private static Func<ParseResult, CancellationToken, Task<int>> OnEither<T>(
        Func<NpgsqlDataSource, T> onPostgres, Func<SqliteDatabase, T> onFile, Func<T, Session, ParseResult, CancellationToken, Task<int>> body) =>
        Session.Run((session, parsed, token) => InOneLine(async () =>
        {
            if (parsed.GetValue(Data) is null && Secret(Variable) is { } connectionString)
            {
                await using var owner = Open(connectionString);
                await ExpectSchema(owner, token);
                return await body(onPostgres(owner), session, parsed, token);
            }
            using var database = OpenFile(parsed);
            return await body(onFile(database), session, parsed, token);
        }));

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

    /// <exception cref="CommandException">The file does not exist, because Navigator has not been started yet.</exception>
    private static string FileOf(ParseResult parsed)
    {
        var file = DataDirectory.FileIn(DataDirectory.Resolve(parsed.GetValue(Data) ?? Environment.GetEnvironmentVariable(DirectoryVariable)));
        return File.Exists(file)
            ? file
            : throw new CommandException(
                ExitCode.Usage,
                $"{file} does not exist. Start Navigator once, or set its data directory with --data. For PostgreSQL, set {Variable}.");
    }
}
