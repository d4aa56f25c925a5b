using Microsoft.Data.Sqlite;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>The embedded file itself: what it keeps, what it refuses, and how its writer groups changes.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly TemporaryFile file = new();
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(56));

    public void Dispose() => file.Dispose();

    [Fact]
    public async Task What_was_written_is_there_for_the_next_process_and_due_at_once()
    {
        var id = Guid.CreateVersion7();
        using (var first = Open())
        {
            var ledger = TestSqlite.Ledger(first);
            await ledger.Submit(Question(id), default);
            var job = await ledger.Claim(new JobKey(id, 1), JobStage.Intake, "w", TimeSpan.FromSeconds(15), false, 3, default);
            Assert.True(job!.DueAt > clock.GetUtcNow());
        }
        using var second = Open();
        var again = TestSqlite.Ledger(second);

        var due = Assert.Single(await again.TakeDue(10, TimeSpan.FromSeconds(5), default));

        Assert.Equal((id, JobStatus.Running, "w", "How much?"), (due.Id, due.Status, due.ClaimedBy, due.Question));
        Assert.False(second.IsNew);
    }

    [Fact]
    public async Task A_program_that_looks_in_from_beside_leaves_the_leases_alone()
    {
        using var running = Open();
        var id = Guid.CreateVersion7();
        await TestSqlite.Ledger(running).Submit(Question(id), default);
        var due = (await TestSqlite.Ledger(running).Read(id, default))!.DueAt;

        using (var beside = SqliteDatabase.OpenBeside(file.Path, clock, TestSqlite.Limits))
            Assert.Equal(id, (await TestSqlite.Ledger(beside).Read(id, default))!.Id);

        Assert.Equal(due, (await TestSqlite.Ledger(running).Read(id, default))!.DueAt);
    }

    [Fact]
    public async Task A_change_that_cannot_be_stored_hurts_itself_alone()
    {
        using var database = Open();
        // The first holds the writer, so that the others come together.
        using var held = new ManualResetEventSlim();
        var holds = database.Write(_ => held.Wait(TimeSpan.FromSeconds(10)), default);
        var writes = Enumerable.Range(0, 10).Select(i => database.Write(
            session => session.Change("INSERT INTO tenant (id, webhook_secret, created_at) VALUES ($1, $2, 0)", $"t{i}", new byte[i == 4 ? 3 : 32]),
            default)).ToList();
        held.Set();
        await holds;

        var error = await Assert.ThrowsAsync<SqliteException>(() => writes[4]);
        Assert.Equal(19, error.SqliteErrorCode);
        Assert.All(writes.Where((_, i) => i != 4), write => Assert.Equal(1, write.Result));
        Assert.Equal(9, await database.Read(session => session.Number("SELECT count(*) FROM tenant"), default));
    }

    [Fact]
    public async Task A_full_disk_is_told_to_every_caller_and_nothing_is_half_written()
    {
        using var database = Open();
        await database.Write(session => session.Number("PRAGMA max_page_count = 100"), default);
        Task Insert(string id, int bytes) => database.Write(
            session => session.Change("INSERT INTO tenant (id, webhook_secret, created_at) VALUES ($1, $2, 0)", id, new byte[bytes]), default);

        var error = await Assert.ThrowsAsync<SqliteException>(() => Insert("large", 2_000_000));

        Assert.True(PassingFailure.Is(error));
        await Insert("small", 32);
        Assert.Equal("small", Assert.Single(await database.Read(session => session.All("SELECT id FROM tenant", row => row.GetString(0)), default)));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        var text = string.Concat(Enumerable.Repeat("These are notes of mine. ", 400));
        File.WriteAllText(file.Path, text);

        var error = Assert.Throws<SqliteFileException>(Open);

        Assert.StartsWith($"{file.Path} is not a Navigator database.", error.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(file.Path));
    }

    [Fact]
    public void Another_program_s_database_is_refused()
    {
        using (var other = new SqliteConnection($"Data Source={file.Path};Pooling=false"))
        {
            other.Open();
            using var create = other.CreateCommand();
            create.CommandText = "CREATE TABLE song (title TEXT)";
            create.ExecuteNonQuery();
        }

        var error = Assert.Throws<SqliteFileException>(Open);

        Assert.StartsWith($"{file.Path} is not a Navigator database.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_program_s_file_is_refused_by_name()
    {
        using (var made = Open())
            Assert.True(made.IsNew);
        using (var newer = new SqliteConnection($"Data Source={file.Path};Pooling=false"))
        {
            newer.Open();
            using var mark = newer.CreateCommand();
            mark.CommandText = "PRAGMA user_version = 99";
            mark.ExecuteNonQuery();
        }

        var error = Assert.Throws<SqliteFileException>(Open);

        Assert.Contains("newer version of Navigator (schema 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_and_left_as_it_is()
    {
        using (var made = Open())
            await AskMuch(made);
        Damage();
        var bytes = await File.ReadAllBytesAsync(file.Path);

        var error = Assert.Throws<SqliteFileException>(Open);

        Assert.Contains(
            "is damaged. Nothing in it was changed. Restore the last backup (navigator backup", error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(file.Path));
    }

    [Fact]
    public async Task A_file_too_large_for_the_check_at_the_start_is_checked_later()
    {
        using (var made = Open())
            await AskMuch(made);

        using var opened = SqliteDatabase.Open(file.Path, clock, TestSqlite.Limits with { StartCheck = TimeSpan.Zero });

        Assert.False(opened.IsChecked);
        await opened.Check(default);
    }

    [Fact]
    public async Task Damage_that_the_start_did_not_come_to_is_found_later()
    {
        using (var made = Open())
            await AskMuch(made);
        using var opened = SqliteDatabase.Open(file.Path, clock, TestSqlite.Limits with { StartCheck = TimeSpan.Zero });
        Assert.False(opened.IsChecked);
        // While it is open, so that the test does not depend on which page the start reads first.
        Damage();

        var error = await Assert.ThrowsAsync<SqliteFileException>(() => opened.Check(default));

        Assert.StartsWith($"{file.Path} is damaged. Restore the last backup", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_is_made_while_it_is_used_and_holds_what_was_committed()
    {
        using var database = Open();
        var ledger = TestSqlite.Ledger(database);
        var ids = Enumerable.Range(0, 50).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var id in ids)
            await ledger.Submit(Question(id), default);
        var others = Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
                await ledger.Submit(Question(Guid.CreateVersion7()), default);
        });
        var copy = file.Path + ".backup";

        SqliteDatabase.BackUp(file.Path, copy);
        await others;

        using var restored = SqliteDatabase.Open(copy, clock, TestSqlite.Limits);
        foreach (var id in ids)
            Assert.NotNull(await TestSqlite.Ledger(restored).Read(id, default));
    }

    [Fact]
    public void A_directory_is_one_process_s_and_its_owner_s_alone()
    {
        var path = Path.GetDirectoryName(file.Path)!;
        using var taken = DataDirectory.Take(path);

        var error = Assert.Throws<SqliteFileException>(() => DataDirectory.Take(path));

        Assert.StartsWith($"{path} is used by another Navigator (process {Environment.ProcessId} on ", error.Message, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
    }

    [Fact]
    public void A_directory_that_was_left_can_be_taken_again()
    {
        var path = Path.GetDirectoryName(file.Path)!;
        DataDirectory.Take(path).Dispose();
        using var again = DataDirectory.Take(path);
        Assert.Equal(path, again.Path);
    }

    [Fact]
    public async Task Readers_see_what_was_committed_while_somebody_writes()
    {
        using var database = Open();
        var id = Guid.CreateVersion7();
        await TestSqlite.Ledger(database).Submit(Question(id), default);
        using var held = new ManualResetEventSlim();
        var writes = database.Write(
            session => (session.Change("UPDATE chat_job SET question = 'half'"), held.Wait(TimeSpan.FromSeconds(10))), default);

        Assert.Equal("How much?", (await TestSqlite.Ledger(database).Read(id, default))!.Question);
        held.Set();
        await writes;
        Assert.Equal("half", (await TestSqlite.Ledger(database).Read(id, default))!.Question);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Work_that_is_running_ends_before_the_file_is_closed(bool writes)
    {
        using var database = Open();
        using var runs = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        var work = Task.Run(() => writes ? database.Write(Count, default) : database.Read(Count, default));
        Assert.True(runs.Wait(TimeSpan.FromSeconds(10)));

        var closed = Task.Run(database.Dispose);
        await Task.Delay(100);
        Assert.False(closed.IsCompleted);
        goesOn.Set();

        Assert.Equal(0, await work);
        await closed;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => database.Write(Count, default));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => database.Read(Count, default));

        long Count(SqliteSession session)
        {
            runs.Set();
            goesOn.Wait(TimeSpan.FromSeconds(10));
            // A new statement, which the connection remembers.
            return session.Number("SELECT count(*) FROM chat_job WHERE tenant_id = 'nobody'");
        }
    }

    [Fact]
    public async Task A_reader_that_waits_for_a_place_is_told_that_the_file_is_closed()
    {
        using var database = Open();
        using var goesOn = new ManualResetEventSlim();
        using var run = new CountdownEvent(TestSqlite.Limits.Readers);
        var reads = Enumerable.Range(0, TestSqlite.Limits.Readers).Select(_ => Task.Run(() => database.Read(Hold, default))).ToList();
        Assert.True(run.Wait(TimeSpan.FromSeconds(10)));
        var waits = database.Read(session => session.Number("SELECT 1"), default);

        var closed = Task.Run(database.Dispose);
        await Task.Delay(100);
        goesOn.Set();

        await Task.WhenAll(reads);
        await closed;
        // It is served before Dispose, or after it.
        await Task.WhenAny(waits).WaitAsync(TimeSpan.FromSeconds(10));
        if (waits.IsFaulted)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => waits);

        long Hold(SqliteSession session)
        {
            run.Signal();
            goesOn.Wait(TimeSpan.FromSeconds(10));
            return session.Number("SELECT 1");
        }
    }

    /// <summary>Writes noise into the last pages: those of the largest table and of its indexes.</summary>
    private void Damage()
    {
        var noise = new byte[5 * 4_096];
        new Random(1).NextBytes(noise);
        using var damaged = new FileStream(file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        damaged.Seek(-noise.Length, SeekOrigin.End);
        damaged.Write(noise);
    }

    /// <summary>Several hundred pages.</summary>
    private static Task AskMuch(SqliteDatabase database) => Task.WhenAll(Enumerable.Range(0, 1_500).Select(
        _ => TestSqlite.Ledger(database).Submit(Question(Guid.CreateVersion7()), default)));

    private SqliteDatabase Open() => SqliteDatabase.Open(file.Path, clock, TestSqlite.Limits);

    private static NewJob Question(Guid id) => new(
        id, "a", id.ToString(), "How much?", new JobOptions(false, null), null, [1], TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10),
        new TenantShare(1_000, 1_000));
}
