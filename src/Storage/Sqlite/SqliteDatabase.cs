using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Navigator.Storage.Sqlite;

/// <summary>
/// The file that one process keeps everything in. One connection writes: changes that arrive while a transaction is under way go together
/// in the next one, so that they share its wait for the disk. Others read beside it and see what was committed (write-ahead log).
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private readonly string connectionString;
    private readonly TimeProvider clock;
    private readonly SqliteLimits limits;
    private readonly SqliteSession writer;
    private readonly GroupedCalls<Func<SqliteSession, object?>, Outcome> writes;
    private readonly ConcurrentBag<SqliteSession> idle = [];
    private readonly SemaphoreSlim places;

    private SqliteDatabase(string file, TimeProvider clock, SqliteLimits limits)
    {
        (this.clock, this.limits, IsFile) = (clock, limits, file != DataDirectory.Memory);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            // Our own readers are kept open, with their statements; a closed file is to be closed.
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = (int)Math.Ceiling(limits.Patience.TotalSeconds),
        }.ConnectionString;
        places = new SemaphoreSlim(limits.Readers, limits.Readers);
        // In memory nobody waits for a disk, and no caller needs to be freed meanwhile.
        writes = new(
            limits.GroupSize, 1, works => IsFile ? Task.Run(() => Commit(works)) : Task.FromResult(Commit(works)), isOfOneItem: _ => false);
        writer = new SqliteSession(Connect(), clock);
    }

    /// <summary>False where everything is kept in memory and gone with the process.</summary>
    public bool IsFile { get; }

    /// <summary>True where there was nothing before.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Opens a file, or makes it, for the one process that runs on it: whatever another process had begun is due at once.</summary>
    /// <exception cref="SqliteFileException">It is no database of ours, a newer program's, damaged, or cannot be written.</exception>
    public static SqliteDatabase Open(string file, TimeProvider clock, SqliteLimits limits) => Open(
        file, clock, limits,
        database =>
        {
            // Before anything is written into it.
            if (database.writer.All("PRAGMA quick_check(1)", row => row.GetString(0)) is not ["ok"])
                throw SqliteFileException.Damaged(file);
            database.IsNew = SqliteMigrator.Migrate(database.writer, file);
            database.VoidLeases();
        });

    /// <summary>
    /// Opens a file that another process may be running on: it must be of this version, and no more of it is read than is asked for.
    /// </summary>
    /// <inheritdoc cref="Open(string, TimeProvider, SqliteLimits)"/>
    public static SqliteDatabase OpenBeside(string file, TimeProvider clock, SqliteLimits limits) => Open(
        file, clock, limits, database => SqliteMigrator.Expect(database.writer, file));

    /// <summary>Keeps everything in memory.</summary>
    public static SqliteDatabase InMemory(TimeProvider clock, SqliteLimits limits) => Open(
        DataDirectory.Memory, clock, limits, database => database.IsNew = SqliteMigrator.Migrate(database.writer, DataDirectory.Memory));

    /// <summary>Runs in a transaction of the one connection that writes, together with others that wait. What it throws undoes its own changes
    /// only.</summary>
    /// <exception cref="SqliteException">The file cannot be written, for whatever reason, or not in time.</exception>
    internal async Task<T> Write<T>(Func<SqliteSession, T> work, CancellationToken token)
    {
        try
        {
            var outcome = await writes.Run(session => work(session), limits.Patience, token);
            outcome.Error?.Throw();
            return (T)outcome.Value!;
        }
        catch (TimeoutException)
        {
            throw TooLate();
        }
    }

    /// <summary>Reads what was committed, in one transaction, beside the one that writes.</summary>
    /// <exception cref="SqliteException">The file cannot be read, or not in time.</exception>
    internal async Task<T> Read<T>(Func<SqliteSession, T> work, CancellationToken token)
    {
        if (!IsFile)
            return await Write(work, token);
        if (!await places.WaitAsync(limits.Patience, token))
            throw TooLate();
        try
        {
            var session = idle.TryTake(out var free) ? free : new SqliteSession(Connect(), clock);
            try
            {
                session.Begin("BEGIN");
                var result = work(session);
                session.Change("COMMIT");
                idle.Add(session);
                return result;
            }
            catch
            {
                // A connection that failed is not trusted with another caller.
                session.Dispose();
                throw;
            }
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Copies everything, while it is used, into a new file.</summary>
    /// <exception cref="SqliteFileException">One of the two cannot be used.</exception>
    public static void BackUp(string from, string to) => SqliteFileException.Explain(
        from,
        () =>
        {
            using var source = new SqliteConnection(ConnectionString(from, SqliteOpenMode.ReadWrite));
            source.Open();
            return SqliteFileException.Explain(
                to,
                () =>
                {
                    using var target = new SqliteConnection(ConnectionString(to, SqliteOpenMode.ReadWriteCreate));
                    target.Open();
                    source.BackupDatabase(target);
                    return to;
                });

            static string ConnectionString(string file, SqliteOpenMode mode) =>
                new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ConnectionString;
        });

    public void Dispose()
    {
        while (idle.TryTake(out var session))
            session.Dispose();
        // The last connection to close writes the log into the file and deletes it.
        writer.Dispose();
        places.Dispose();
    }

    private static SqliteDatabase Open(string file, TimeProvider clock, SqliteLimits limits, Action<SqliteDatabase> prepare) =>
        SqliteFileException.Explain(
            file,
            () =>
            {
                var database = new SqliteDatabase(file, clock, limits);
                try
                {
                    prepare(database);
                    return database;
                }
                catch
                {
                    database.Dispose();
                    throw;
                }
            });

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var settings = connection.CreateCommand();
        // Deleted text is overwritten: what is deleted is not to be found in the file. The log does not stay as large as it once was.
        settings.CommandText =
            $"""
            PRAGMA journal_mode = wal; PRAGMA synchronous = {(limits.Synchronous == SqliteSynchronous.Full ? "full" : "normal")};
            PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = on; PRAGMA cache_size = -8000; PRAGMA temp_store = memory;
            """;
        settings.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Whoever held a lease was a process before this one: all that is unfinished is due now.</summary>
    private void VoidLeases()
    {
        writer.Begin("BEGIN IMMEDIATE");
        writer.Change("UPDATE chat_job SET due_at = min($1, deadline_at) WHERE finished_at IS NULL AND NOT held", writer.Now);
        writer.Change("UPDATE document SET due_at = min($1, deadline_at) WHERE finished_at IS NULL", writer.Now);
        writer.Change("UPDATE replay SET due_at = $1 WHERE status = 'running'", writer.Now);
        writer.Change("UPDATE webhook SET due_at = $1 WHERE status IN ('due', 'sending')", writer.Now);
        writer.Change("COMMIT");
    }

    private IReadOnlyList<Outcome> Commit(IReadOnlyList<Func<SqliteSession, object?>> works)
    {
        writer.Begin("BEGIN IMMEDIATE");
        try
        {
            // What fails alone fails with its transaction.
            IReadOnlyList<Outcome> outcomes = works is [var only] ? [new Outcome(only(writer), null)] : [.. works.Select(Try)];
            writer.Change("COMMIT");
            return outcomes;
        }
        catch
        {
            try
            {
                writer.Change("ROLLBACK");
            }
            catch (SqliteException)
            {
                // A full disk has rolled it back already.
            }
            throw;
        }
    }

    private Outcome Try(Func<SqliteSession, object?> work)
    {
        writer.Change("SAVEPOINT one");
        try
        {
            var value = work(writer);
            writer.Change("RELEASE one");
            return new Outcome(value, null);
        }
        catch (Exception error) when (!IsOfTheFile(error))
        {
            writer.Change("ROLLBACK TO one");
            writer.Change("RELEASE one");
            return new Outcome(null, ExceptionDispatchInfo.Capture(error));
        }
    }

    /// <summary>True where the file failed, which concerns every change; false for a change that cannot be stored.</summary>
    private static bool IsOfTheFile(Exception error) =>
        error is SqliteException { SqliteErrorCode: not (SQLITE_CONSTRAINT or SQLITE_MISMATCH or SQLITE_TOOBIG or SQLITE_ERROR) };

    private static SqliteException TooLate() => new("The database did not answer in time.", SQLITE_BUSY);

    private readonly record struct Outcome(object? Value, ExceptionDispatchInfo? Error);
}

/// <summary>The limits of the embedded database. Source: <c>sqlite</c> in concurrency.yaml.</summary>
/// <param name="GroupSize">Changes that share one transaction, at most.</param>
/// <param name="Readers">Connections that read at once.</param>
/// <param name="Patience">Longest wait for a change to be written, or for a place to read.</param>
/// <param name="VectorCacheBytes">Codes of passages' vectors that are kept in memory; other vectors are read from the file for every question.</param>
public sealed record SqliteLimits(int GroupSize, int Readers, TimeSpan Patience, long VectorCacheBytes)
{
    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;
}

/// <summary>When a commit counts as done. Both survive the death of the process.</summary>
public enum SqliteSynchronous
{
    /// <summary>When the operating system has it: a power cut may take the last seconds, and nothing else, with it.</summary>
    Normal,

    /// <summary>When the disk has it: what was accepted survives a power cut too.</summary>
    Full,
}
