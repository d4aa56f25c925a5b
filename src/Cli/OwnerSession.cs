using System.CommandLine;
using Navigator.Storage;
using Navigator.Storage.Migrations;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Cli;

/// <summary>
/// One run of a command that the owner of the database gives: over a connection of its own, past the API. What the database says is
/// one line, and never more than its own words for the error.
/// </summary>
internal sealed class OwnerSession : IAsyncDisposable
{
    public const string Variable = "ConnectionStrings__PostgresOwner";

    private static readonly PostgresPool Pool = new(0, 1, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5), 0, GroupSize: 1);

    private OwnerSession(string connectionString) => Database = StorageSetup.DataSource(connectionString, Pool);

    public NpgsqlDataSource Database { get; }

    public TenantRegistry Tenants => new(Database);

    /// <summary>Runs a command's body.</summary>
    /// <param name="anySchema">Also where the schema is not up to date: for the command that makes it so.</param>
    public static Func<ParseResult, CancellationToken, Task<int>> Run(
        Func<OwnerSession, Session, ParseResult, CancellationToken, Task<int>> body, bool anySchema = false) =>
            Session.Run(async (session, parsed, token) =>
    {
        try
        {
            await using var owner = new OwnerSession(ConnectionString());
            if (!anySchema && await Migrator.Missing(owner.Database, token) is [.., var newest])
                throw new CommandException(ExitCode.Refused, $"The schema is not up to date ({newest} is missing): run navigator migrate first.");
            return await body(owner, session, parsed, token);
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
        catch (InvalidOperationException error)
        {
            throw new CommandException(ExitCode.Refused, error.Message);
        }
    });

    public ValueTask DisposeAsync() => Database.DisposeAsync();

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

    private static string ConnectionString()
    {
        if (Secret(Variable) is not { } text)
            throw new CommandException(ExitCode.Usage,
                $"{Variable} is not set: the connection string of who owns the database, such as Host=…;Database=…;Username=…;Password=….");
        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        catch (ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, $"{Variable} is no connection string such as Host=…;Database=…;Username=…;Password=….");
        }
    }
}
