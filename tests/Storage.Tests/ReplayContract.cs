using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>What every replay store promises. Both implementations run all of it.</summary>
public abstract class ReplayContract : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly ReplaySelection Failed = new([JobStatus.Failed]);

    private readonly OrderedIds ids = new();
    private IJobLedger ledger = null!;
    private IReplayStore replays = null!;

    [Fact]
    public async Task A_failed_job_is_queued_again_as_new_and_remembers_how_it_ended()
    {
        var failed = await FailedJob("c", "broken");
        var replay = await Replay(Failed);

        var again = Assert.Single(await Batch(replay));

        Assert.Equal((JobStatus.Queued, JobStage.Intake, 2, 2, 1),
            (again.Status, again.Stage, again.Attempt, again.FirstAttempt, again.AttemptsUsed));
        Assert.Equal(failed.AcceptedAt, again.AcceptedAt);
        Assert.True(again.QueuedAt > failed.AcceptedAt);
        Assert.Equal(failed.DeadlineAt - failed.QueuedAt, again.DeadlineAt - again.QueuedAt);
        // Held: nothing looks at it before its deadline but the releaser.
        Assert.Equal((true, again.DeadlineAt), (again.Held, again.DueAt));
        Assert.Equal((null, null, null, replay.Id), (again.Error, again.FinishedAt, again.Plan, again.ReplayId));
        // It waits for its turn on purpose, so it is not late.
        Assert.Equal(new TenantLoad(1, 1, 1, TimeSpan.Zero), Assert.Single(await ledger.Loads(default)));
        Assert.Equal(
            new JobEnd(JobStatus.Failed, 1, failed.FinishedAt!.Value, new JobError(failed.Error!.Code, failed.Error.Message)),
            Assert.Single(again.EarlierEnds));
        Assert.NotNull(await ledger.Claim(Key(again), JobStage.Intake, "w", Soon, false, 3, default));
        Assert.Null(await ledger.End(Key(failed), JobStatus.Failed, failed.Error!, default));
    }

    [Fact]
    public async Task Only_what_failed_expired_or_is_queued_can_be_replayed()
    {
        await FailedJob();
        await EndedJob(JobStatus.Expired);
        await EndedJob(JobStatus.Refused);
        await ledger.Cancel("a", (await Submit()).Id, default);
        var queued = await Submit();
        await Answered();

        Assert.Equal(1, await replays.Count("a", Failed, default));
        Assert.Equal(2, await replays.Count("a", new ReplaySelection([JobStatus.Failed, JobStatus.Expired]), default));
        Assert.Equal(queued.Id, Assert.Single(await Batch(await Replay(new ReplaySelection([JobStatus.Queued])))).Id);
        Assert.Equal(0, await replays.Count("a", new ReplaySelection([JobStatus.Answered, JobStatus.Refused, JobStatus.Cancelled, JobStatus.Running]),
            default));
        Assert.Equal(0, await replays.Count("b", Failed, default));
    }

    [Fact]
    public async Task A_queued_job_is_sent_again_under_the_same_attempt_and_deadline()
    {
        var queued = await Submit();

        var again = Assert.Single(await Batch(await Replay(new ReplaySelection([JobStatus.Queued]))));

        Assert.Equal((queued.Attempt, queued.DeadlineAt, queued.QueuedAt), (again.Attempt, again.DeadlineAt, again.QueuedAt));
        Assert.Empty(again.EarlierEnds);
    }

    [Fact]
    public async Task Every_condition_must_hold()
    {
        var first = await FailedJob("c1", "broken");
        await Wait(TimeSpan.FromMilliseconds(20));
        var second = await FailedJob("c2", "late");

        Assert.Equal(1, await replays.Count("a", Failed with { ErrorCode = "broken" }, default));
        Assert.Equal(1, await replays.Count("a", Failed with { ConversationId = "c2" }, default));
        Assert.Equal(0, await replays.Count("a", Failed with { ErrorCode = "broken", ConversationId = "c2" }, default));
        Assert.Equal(1, await replays.Count("a", Failed with { From = second.AcceptedAt }, default));
        Assert.Equal(1, await replays.Count("a", Failed with { To = second.AcceptedAt }, default));
        Assert.Equal(first.Id, Assert.Single(await Batch(await Replay(Failed with { To = second.AcceptedAt }))).Id);
    }

    [Fact]
    public async Task A_replay_goes_on_where_its_last_turn_ended_and_ends_when_there_is_no_more()
    {
        var jobs = new List<Job>();
        for (var i = 0; i < 5; i++)
            jobs.Add(await FailedJob());
        var replay = await Replay(Failed);

        Assert.Equal(jobs[..2].Select(job => job.Id), (await Batch(replay, 2)).Select(job => job.Id).Order());
        // One that fails again at once is not this replay's any more.
        await End(jobs[0].Id, JobStatus.Failed);
        Assert.Equal(jobs[2..4].Select(job => job.Id), (await Batch(replay, 2)).Select(job => job.Id).Order());
        Assert.Equal(ReplayStatus.Running, (await replays.Find("a", replay.Id, default))!.Status);
        Assert.Equal(jobs[4].Id, Assert.Single(await Batch(replay, 2)).Id);

        var finished = (await replays.Find("a", replay.Id, default))!;
        Assert.Equal((ReplayStatus.Finished, 5, 5, 0), (finished.Status, finished.Matched, finished.Replayed, finished.Skipped));
        Assert.NotNull(finished.FinishedAt);
        Assert.Null(finished.DueAt);
        Assert.Empty(await replays.TakeDue(Soon, default));
    }

    [Fact]
    public async Task The_ends_of_replayed_jobs_are_counted()
    {
        var jobs = new List<Job>();
        for (var i = 0; i < 5; i++)
            jobs.Add(await FailedJob());
        var replay = await Replay(Failed);
        await Batch(replay);
        await Answered(jobs[0].Id);
        await ledger.Cancel("a", jobs[1].Id, default);
        await End(jobs[2].Id, JobStatus.Refused);
        await End(jobs[3].Id, JobStatus.Expired);

        Assert.Equal(new ReplayOutcomes(1, 1, 1, 1, 1), (await replays.Find("a", replay.Id, default))!.Outcomes);

        // Replayed by another, it has still failed again under the first.
        await Wait(TimeSpan.FromMilliseconds(5));
        var second = await Replay(new ReplaySelection([JobStatus.Expired]));
        await Batch(second);
        Assert.Equal(new ReplayOutcomes(1, 1, 1, 1, 1), (await replays.Find("a", replay.Id, default))!.Outcomes);
        Assert.Equal(new ReplayOutcomes(1, 0, 0, 0, 0), (await replays.Find("a", second.Id, default))!.Outcomes);
    }

    [Fact]
    public async Task What_changed_before_its_turn_is_skipped()
    {
        await FailedJob();
        await FailedJob();
        await Wait(TimeSpan.FromMilliseconds(5));
        var one = await Replay(Failed);
        var other = await Replay(Failed);

        var taken = await replays.TakeDue(Soon, default);

        Assert.Equal(2, (await replays.Requeue(ledger, taken.Single(replay => replay.Id == one.Id), 10, Soon, TimeSpan.Zero, default)).Count);
        Assert.Empty(await replays.Requeue(ledger, taken.Single(replay => replay.Id == other.Id), 10, Soon, TimeSpan.Zero, default));

        var skipped = (await replays.Find("a", other.Id, default))!;
        Assert.Equal((ReplayStatus.Finished, 2, 0, 2), (skipped.Status, skipped.Matched, skipped.Replayed, skipped.Skipped));
    }

    [Fact]
    public async Task Of_two_replays_that_saw_the_same_end_one_queues_the_job_again()
    {
        await FailedJob();
        await Wait(TimeSpan.FromMilliseconds(5));
        var (one, other) = (await Replay(Failed), await Replay(Failed));
        var taken = await replays.TakeDue(Soon, default);
        var seen = Assert.Single(await replays.Next(taken.Single(replay => replay.Id == one.Id), 10, default));
        var seenToo = Assert.Single(await replays.Next(taken.Single(replay => replay.Id == other.Id), 10, default));

        Assert.NotNull(await ledger.Requeue(seen, one.Id, Soon));
        Assert.Null(await ledger.Requeue(seenToo, other.Id, Soon));
        Assert.Null(await ledger.Requeue((await ledger.Read(seen.Id, default))!, one.Id, Soon));
    }

    [Fact]
    public async Task What_fails_after_the_replay_was_asked_for_is_not_replayed()
    {
        var replay = await Replay(Failed);
        await Wait(TimeSpan.FromMilliseconds(5));
        await FailedJob();

        Assert.Empty(await Batch(replay));
    }

    [Fact]
    public async Task No_more_than_wanted_are_replayed()
    {
        for (var i = 0; i < 3; i++)
            await FailedJob();
        var replay = await replays.Create("a", Failed, 100, max: 2, matched: 3, default);

        Assert.Equal(2, (await Batch(replay, 2)).Count);

        var finished = (await replays.Find("a", replay.Id, default))!;
        Assert.Equal((ReplayStatus.Finished, 2, 0), (finished.Status, finished.Replayed, finished.Skipped));
    }

    [Fact]
    public async Task Paused_it_has_no_turn_resumed_it_goes_on_and_cancelled_it_is_over()
    {
        await FailedJob();
        var replay = await Replay(Failed);
        var taken = Assert.Single(await replays.TakeDue(Soon, default));

        Assert.Equal(ReplayStatus.Paused, (await replays.Set("a", replay.Id, ReplayStatus.Paused, default))!.Status);
        Assert.Empty(await replays.Requeue(ledger, taken, 10, Soon, TimeSpan.Zero, default));
        Assert.Null(await replays.Record(taken, new ReplayProgress(1, TimeSpan.Zero, false), false, default));
        Assert.Empty(await replays.TakeDue(Soon, default));

        await replays.Set("a", replay.Id, ReplayStatus.Running, default);
        Assert.Single(await replays.TakeDue(Soon, default));

        Assert.Equal(ReplayStatus.Cancelled, (await replays.Set("a", replay.Id, ReplayStatus.Cancelled, default))!.Status);
        Assert.Equal(ReplayStatus.Cancelled, (await replays.Set("a", replay.Id, ReplayStatus.Running, default))!.Status);
        Assert.Empty(await replays.TakeDue(Soon, default));
        Assert.Equal(1, await replays.Count("a", Failed, default));
    }

    [Fact]
    public async Task A_turn_is_one_processs_alone_and_the_next_ones_when_it_dies()
    {
        await FailedJob();
        await Replay(Failed);

        var turns = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => replays.TakeDue(TimeSpan.FromSeconds(3), default))));
        var lost = Assert.Single(turns.SelectMany(turn => turn));
        await Wait(TimeSpan.FromSeconds(3.1));
        Assert.Single(await replays.TakeDue(Soon, default));

        // The one who was taken for dead comes back: its turn is not its own any more.
        Assert.Empty(await replays.Requeue(ledger, lost, 10, Soon, TimeSpan.Zero, default));
        Assert.Equal(1, await replays.Count("a", Failed, default));
    }

    [Fact]
    public async Task A_turn_without_jobs_is_written_down()
    {
        var replay = await replays.Create("a", new ReplaySelection([], Queue: "compose-answer_error"), 10, 100, matched: 7, default);
        var held = await replays.Record(await Taken(replay), new ReplayProgress(0, TimeSpan.Zero, false), heldBack: true, default);
        Assert.True(held!.HeldBack);

        var moved = await replays.Record(await Taken(replay), new ReplayProgress(5, TimeSpan.FromHours(1), false), heldBack: false, default);
        Assert.Equal((5, false, ReplayStatus.Running), (moved!.Replayed, moved.HeldBack, moved.Status));
        Assert.True(moved.PacedUntil > replay.PacedUntil);
        Assert.Equal("compose-answer_error", (await replays.Find("a", replay.Id, default))!.Selection.Queue);
        Assert.Empty(await replays.TakeDue(Soon, default));
    }

    [Fact]
    public async Task Replays_are_their_tenants_listed_newest_first_and_deleted_when_old()
    {
        var one = await Replay(Failed);
        await Task.Delay(3); // the store gives the ids, by the machine's clock, to the millisecond
        var two = await Replay(Failed);

        Assert.Equal([two.Id, one.Id], (await replays.List("a", null, 10, default)).Select(replay => replay.Id));
        Assert.Equal([one.Id], (await replays.List("a", two.Id, 10, default)).Select(replay => replay.Id));
        Assert.Empty(await replays.List("b", null, 10, default));
        Assert.Null(await replays.Find("b", one.Id, default));
        Assert.Null(await replays.Set("b", one.Id, ReplayStatus.Cancelled, default));
        Assert.Equal(ReplayStatus.Running, (await replays.Find("a", one.Id, default))!.Status);

        await replays.Set("a", one.Id, ReplayStatus.Cancelled, default);
        await Wait(TimeSpan.FromSeconds(0.2));
        await replays.DeleteFinished(TimeSpan.FromSeconds(0.1), default);
        Assert.Equal([two.Id], (await replays.List("a", null, 10, default)).Select(replay => replay.Id));
    }

    [Fact]
    public async Task What_is_replayed_is_not_held_against_its_tenant()
    {
        await FailedJob();
        Assert.Single(await Batch(await Replay(Failed)));

        var one = new TenantShare(Unfinished: 1, UnderWay: 1);
        Assert.Equal(SubmissionOutcome.Created, (await ledger.Submit(New(one), default)).Outcome);
        Assert.Equal(SubmissionOutcome.TooMany, (await ledger.Submit(New(one), default)).Outcome);
    }

    [Fact]
    public async Task What_is_replayed_is_held_and_released_behind_what_is_asked_now()
    {
        var old = await FailedJob();
        Assert.True(Assert.Single(await Batch(await Replay(Failed))).Held);
        var asked = (await ledger.Submit(New(new TenantShare(Unfinished: 10, UnderWay: 0)), default)).Job!;

        Assert.Equal([asked.Id], (await ledger.Release(1, Soon, default)).Select(job => job.Id));
        Assert.Equal([old.Id], (await ledger.Release(2, Soon, default)).Select(job => job.Id));
    }

    [Fact]
    public async Task Unfinished_jobs_are_counted_up_to_the_limit()
    {
        for (var i = 0; i < 3; i++)
            await Submit();
        await FailedJob();

        Assert.Equal(3, await replays.CountUnfinished(10, default));
        Assert.Equal(2, await replays.CountUnfinished(2, default));
    }

    public async Task InitializeAsync() => (ledger, replays) = await Create();

    public abstract Task DisposeAsync();

    protected abstract Task<(IJobLedger, IReplayStore)> Create();

    /// <summary>Let time pass on the ledger's clock.</summary>
    protected abstract Task Wait(TimeSpan time);

    private static JobKey Key(Job job) => new(job.Id, job.Attempt);

    private async Task<ReplayRecord> Replay(ReplaySelection selection) =>
        await replays.Create("a", selection, 100, 1_000, await replays.Count("a", selection, default), default);

    private async Task<ReplayRecord> Taken(ReplayRecord replay) =>
        Assert.Single(await replays.TakeDue(Soon, default), due => due.Id == replay.Id);

    private async Task<IReadOnlyList<Job>> Batch(ReplayRecord replay, int count = 10) =>
        await replays.Requeue(ledger, await Taken(replay), count, Soon, TimeSpan.Zero, default);

    private async Task<Job> Submit(string? conversation = null)
    {
        await Wait(TimeSpan.FromMilliseconds(2));
        return (await ledger.Submit(New(new TenantShare(1_000, 1_000), conversation), default)).Job!;
    }

    private NewJob New(TenantShare share, string? conversation = null) =>
        new(ids.Next(), "a", conversation ?? Guid.NewGuid().ToString(), "q", new JobOptions(true, null), null, [0],
            TimeSpan.FromMinutes(2), Soon, share);

    private Task<Job> FailedJob(string? conversation = null, string code = "broken") => EndedJob(JobStatus.Failed, conversation, code);

    private async Task<Job> EndedJob(JobStatus status, string? conversation = null, string code = "broken")
    {
        var job = await Submit(conversation);
        await Wait(TimeSpan.FromMilliseconds(2));
        var ended = await ledger.End(Key(job), status, new ChatError(code, "It broke."), default);
        await Wait(TimeSpan.FromMilliseconds(2));
        return ended!;
    }

    private async Task End(Guid id, JobStatus status) =>
        Assert.NotNull(await ledger.End(Key((await ledger.Find("a", id, default))!), status, new ChatError("again", "It broke again."), default));

    private async Task Answered(Guid? id = null)
    {
        var job = id is { } known ? (await ledger.Find("a", known, default))! : await Submit();
        await ledger.Claim(Key(job), JobStage.Intake, "w", Soon, false, 3, default);
        await ledger.Plan(Key(job), Shipped.Plan("q", "en", [], []), [], Soon, default);
        Assert.NotNull(await ledger.Answer(Key(job), new JobAnswer { Text = "t", Language = "en", Model = "m", Citations = [] }, [], default));
    }
}

public sealed class SqliteReplayStoreTests : ReplayContract
{
    private readonly FakeTimeProvider clock = new();
    private SqliteDatabase database = null!;

    public override Task DisposeAsync()
    {
        database.Dispose();
        return Task.CompletedTask;
    }

    protected override Task<(IJobLedger, IReplayStore)> Create()
    {
        database = TestSqlite.InMemory(clock);
        return Task.FromResult<(IJobLedger, IReplayStore)>((TestSqlite.Ledger(database), new SqliteReplayStore(database)));
    }

    protected override Task Wait(TimeSpan time)
    {
        clock.Advance(time);
        return Task.CompletedTask;
    }
}

[Trait("Needs", "Servers")]
public sealed class PostgresReplayStoreTests : ReplayContract
{
    private TestDatabase database = null!;

    public override async Task DisposeAsync() => await database.DisposeAsync();

    protected override async Task<(IJobLedger, IReplayStore)> Create()
    {
        database = await TestDatabase.Create();
        return (TestDatabase.Ledger(database.Source), new PostgresReplayStore(database.Source));
    }

    protected override Task Wait(TimeSpan time) => Task.Delay(time);
}
