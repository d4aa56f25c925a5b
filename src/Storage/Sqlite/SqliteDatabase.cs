using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Navigator.Storage.Sqlite;

/// <summary>
/// The database file of embedded mode. One connection writes: changes that arrive while a transaction is running share the next transaction,
/// and with it the wait for the disk. Other connections read committed data at the same time (write-ahead log).
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private readonly string file;
    private readonly string connectionString;
    private readonly TimeProvider clock;
    private readonly SqliteLimits limits;
    private readonly SqliteSession writer;
    private readonly GroupedCalls<Func<SqliteSession, object?>, Outcome> writes;
    private readonly ConcurrentBag<SqliteSession> idle = [];
    private readonly SemaphoreSlim places;
    private readonly Lock writing = new();
    private volatile bool isClosed;

    private SqliteDatabase(string file, TimeProvider clock, SqliteLimits limits)
    {
        (this.file, this.clock, this.limits, IsFile) = (file, clock, limits, file != DataDirectory.Memory);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            // This class keeps its readers open with their prepared statements. Without pooling, closing a connection also closes the file.
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = (int)Math.Ceiling(limits.Patience.TotalSeconds),
        }.ConnectionString;
        places = new SemaphoreSlim(limits.Readers, limits.Readers);
        // A write in memory does not wait for a disk, so it can run on the caller's thread.
        writes = new(
            limits.GroupSize, 1, works => IsFile ? Task.Run(() => Commit(works)) : Task.FromResult(Commit(works)), isOfOneItem: _ => false,
            "writes");
        writer = new SqliteSession(Connect(), clock);
    }

    /// <summary>False if all data is in memory and is lost when the process ends.</summary>
    public bool IsFile { get; }

    /// <summary>False if <see cref="Open(string, TimeProvider, SqliteLimits)"/> could read only a part of the file in time.</summary>
    public bool IsChecked { get; private set; } = true;

    /// <summary>True if the database did not exist before.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Opens or creates the file for the one process that runs on it. All work that an earlier process began is due at once.</summary>
    /// <exception cref="SqliteFileException">The file is another program's, newer than this program, damaged, or cannot be written.</exception>
    public static SqliteDatabase Open(string file, TimeProvider clock, SqliteLimits limits) => Open(
        file, clock, limits,
        database =>
        {
            // Before the first write. A large file is read to its end later, because a start must not take minutes on a slow disk.
            var began = Stopwatch.GetTimestamp();
            database.IsChecked = database.writer.IsSound(() => Stopwatch.GetElapsedTime(began) > limits.StartCheck) switch
            {
                true => true,
                false => throw SqliteFileException.Damaged(file),
                null => false,
            };
            database.IsNew = SqliteMigrator.Migrate(database.writer, file);
            database.VoidLeases();
        });

    /// <summary>
    /// Opens a file that another process may be running on. The file must have this version's schema. Only what a caller asks for is read.
    /// </summary>
    /// <inheritdoc cref="Open(string, TimeProvider, SqliteLimits)"/>
    public static SqliteDatabase OpenBeside(string file, TimeProvider clock, SqliteLimits limits) => Open(
        file, clock, limits, database => SqliteMigrator.Expect(database.writer, file));

    /// <summary>Opens a database in memory.</summary>
    public static SqliteDatabase InMemory(TimeProvider clock, SqliteLimits limits) => Open(
        DataDirectory.Memory, clock, limits, database => database.IsNew = SqliteMigrator.Migrate(database.writer, DataDirectory.Memory));

    /// <summary>
    /// Runs work on the one writing connection, in a transaction shared with other waiting work. An exception undoes only the changes of the
    /// work that threw it.
    /// </summary>
    /// <exception cref="SqliteException">The file could not be written, or not in time.</exception>
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

    /// <summary>Reads committed data in one transaction, at the same time as the writer.</summary>
    /// <exception cref="SqliteException">The file could not be read, or not in time.</exception>
    internal async Task<T> Read<T>(Func<SqliteSession, T> work, CancellationToken token)
    {
        if (!IsFile)
            return await Write(work, token);
        if (!await places.WaitAsync(limits.Patience, token))
            throw TooLate();
        try
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            var session = idle.TryTake(out var free) ? free : new SqliteSession(Connect(), clock);
            try
            {
                session.Begin("BEGIN");
                var result = work(session);
                session.Change("COMMIT");
                if (isClosed)
                    session.Dispose();
                else
                    idle.Add(session);
                return result;
            }
            catch
            {
                // A connection that failed is closed and not given to another caller.
                session.Dispose();
                throw;
            }
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Reads the whole file beside other work and checks its structure. Takes as long as the disk does.</summary>
    /// <exception cref="SqliteFileException">The file is damaged.</exception>
    /// <exception cref="OperationCanceledException">The check was stopped before its end.</exception>
    public Task Check(CancellationToken token) => Task.Run(
        () =>
        {
            using var session = new SqliteSession(Connect(), clock);
            if (session.IsSound(() => token.IsCancellationRequested) == false)
                throw SqliteFileException.FoundDamaged(file);
            token.ThrowIfCancellationRequested();
        },
        token);

    /// <summary>Copies the database into a new file while it is in use.</summary>
    /// <exception cref="SqliteFileException">One of the two files cannot be used.</exception>
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

    /// <summary>Waits for the transactions that are running and closes the connections. Waiting and later work fails.</summary>
    public void Dispose()
    {
        lock (writing)
        {
            if (isClosed)
                return;
            isClosed = true;
        }
        var began = Stopwatch.GetTimestamp();
        var taken = 0;
        while (taken < limits.Readers && limits.Patience - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } rest && places.Wait(rest))
            taken++;
        while (idle.TryTake(out var session))
            session.Dispose();
        // The last connection that closes writes the log into the file and deletes the log.
        writer.Dispose();
        // Not disposed: a caller that waits for a place would wait without end. It gets one now, and is told.
        if (taken > 0)
            places.Release(taken);
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
        // secure_delete overwrites deleted text, so that it cannot be found in the file. The limit lets the log shrink again.
        settings.CommandText =
            $"""
            PRAGMA journal_mode = wal; PRAGMA synchronous = {(limits.Synchronous == SqliteSynchronous.Full ? "full" : "normal")};
            PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = on; PRAGMA cache_size = -8000; PRAGMA temp_store = memory;
            """;
        settings.ExecuteNonQuery();
        return connection;
    }

    /// <summary>Leases belong to an earlier process, so all unfinished work is due now.</summary>
    private void VoidLeases()
    {
        writer.Begin("BEGIN IMMEDIATE");
        writer.Change("UPDATE chat_job SET due_at = min($1, deadline_at) WHERE finished_at IS NULL AND NOT held", writer.Now);
        writer.Change("UPDATE document SET due_at = min($1, deadline_at) WHERE finished_at IS NULL", writer.Now);
        writer.Change("UPDATE document SET reembed_at = NULL WHERE reembed_at IS NOT NULL");
        writer.Change("UPDATE replay SET due_at = $1 WHERE status = 'running'", writer.Now);
        writer.Change("UPDATE webhook SET due_at = $1 WHERE status IN ('due', 'sending')", writer.Now);
        writer.Change("COMMIT");
    }

    private IReadOnlyList<Outcome> Commit(IReadOnlyList<Func<SqliteSession, object?>> works)
    {
        lock (writing)
        {
            ObjectDisposedException.ThrowIf(isClosed, this);
            return InOneTransaction(works);
        }
    }

    private IReadOnlyList<Outcome> InOneTransaction(IReadOnlyList<Func<SqliteSession, object?>> works)
    {
        writer.Begin("BEGIN IMMEDIATE");
        try
        {
            // A single piece of work needs no savepoint: its failure fails the transaction.
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
                // After a full disk SQLite has rolled back already.
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

    /// <summary>True if the file failed, which affects every change. False for a change that cannot be stored.</summary>
    private static bool IsOfTheFile(Exception error) =>
        error is SqliteException { SqliteErrorCode: not (SQLITE_CONSTRAINT or SQLITE_MISMATCH or SQLITE_TOOBIG or SQLITE_ERROR) };

    private static SqliteException TooLate() => new("The database did not answer in time.", SQLITE_BUSY);

    private readonly record struct Outcome(object? Value, ExceptionDispatchInfo? Error);
}
