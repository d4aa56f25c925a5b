using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>What every ledger promises. Both implementations run all of it.</summary>
public abstract class JobLedgerContract : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly JobPlan BothTools = Shipped.Plan("q", "en", ["q"], ["q"]);
    private static readonly JobPlan DocumentsOnly = Shipped.Plan("q", "en", ["q"], []);
    private static readonly JobAnswer Hello = new() { Text = "Hello [1]", Language = "en", Model = "m", Citations = [] };

    private readonly OrderedIds ids = new();
    private IJobLedger ledger = null!;

    [Fact]
    public async Task A_submitted_job_is_queued_due_and_found_by_its_owner_only()
    {
        var (job, outcome) = await Submit();

        Assert.Equal(SubmissionOutcome.Created, outcome);
        Assert.Equal((JobStatus.Queued, JobStage.Intake, 1, 1), (job.Status, job.Stage, job.Attempt, job.Version));
        Assert.Equal(job.AcceptedAt + Soon, job.DueAt);
        Assert.Equal(job.AcceptedAt + TimeSpan.FromMinutes(2), job.DeadlineAt);
        Assert.Equivalent(job with { Now = default }, (await ledger.Find("a", job.Id, default))! with { Now = default });
        Assert.Null(await ledger.Find("b", job.Id, default));
        Assert.Null(await ledger.Find("a", Guid.NewGuid(), default));
    }

    [Fact]
    public async Task The_same_key_and_body_give_the_same_job_and_another_body_is_told_apart()
    {
        var first = await Submit(key: "k", hash: 1);
        var same = await Submit(key: "k", hash: 1);
        var other = await Submit(key: "k", hash: 2);
        var stranger = await Submit(tenant: "b", key: "k", hash: 2);

        Assert.Equal((first.Job.Id, SubmissionOutcome.Repeated), (same.Job.Id, same.Outcome));
        Assert.Equal((first.Job.Id, SubmissionOutcome.KeyReused), (other.Job.Id, other.Outcome));
        Assert.Equal(SubmissionOutcome.Created, stranger.Outcome);
        Assert.Single(await ledger.List("a", new JobFilter(), default));
    }

    [Fact]
    public async Task Twenty_submissions_of_one_key_at_once_make_one_job()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Submit(key: "k", hash: 1))));

        Assert.Single(all.Select(submission => submission.Job.Id).Distinct());
        Assert.Single(all, submission => submission.Outcome == SubmissionOutcome.Created);
    }

    [Fact]
    public async Task A_job_goes_its_whole_road()
    {
        var job = (await Submit()).Job;

        var claimed = await Claim(job);
        Assert.Equal((JobStatus.Running, "w", 1), (claimed!.Status, claimed.ClaimedBy, claimed.Attempt));
        Assert.NotNull(claimed.StartedAt);

        var planned = await ledger.Plan(Key(job), BothTools, ["translation: late"], Soon, default);
        Assert.Equal((JobStage.Tools, null), (planned!.Stage, planned.ClaimedBy));
        Assert.Equal([Tool.Documents, Tool.WebSearch], planned.Pending);
        Assert.Equal(["translation: late"], planned.Degraded);

        var found = new DocumentsResult([new FoundPassage(Guid.NewGuid(), Guid.NewGuid(), 0.9, 0.5)], 12);
        var one = await ledger.FinishTool(Key(job), Tool.Documents, found, null, Soon, null, default);
        Assert.Equal(JobStage.Tools, one!.Stage);
        Assert.Equal([Tool.WebSearch], one.Pending);
        Assert.Equivalent(found, one.Results.Of<DocumentsResult>(Tool.Documents));
        Assert.Null(one.AnswerAt);

        var both = await ledger.FinishTool(Key(job), Tool.WebSearch, null, "web_search: off", Soon, null, default);
        Assert.Equal(JobStage.Answer, both!.Stage);
        Assert.Empty(both.Pending);
        Assert.NotNull(both.AnswerAt);
        Assert.Equal(["translation: late", "web_search: off"], both.Degraded);

        Assert.Equal("w", (await Claim(job, JobStage.Answer))!.ClaimedBy);
        var answered = await ledger.Answer(Key(job), Hello, [], default);
        Assert.Equal(JobStatus.Answered, answered!.Status);
        Assert.Equal("Hello [1]", answered.Answer!.Text);
        Assert.Null(answered.DueAt);
        Assert.NotNull(answered.FinishedAt);
        Assert.Null(answered.ClaimedBy);
    }

    [Fact]
    public async Task A_plan_without_tools_goes_straight_to_the_answer()
    {
        var job = (await Submit()).Job;
        await Claim(job);

        var planned = await ledger.Plan(Key(job), Shipped.Plan("hello", "en", [], []), [], Soon, default);

        Assert.Equal(JobStage.Answer, planned!.Stage);
        Assert.NotNull(planned.AnswerAt);
    }

    [Fact]
    public async Task A_stage_has_one_worker_until_the_message_is_delivered_again()
    {
        var job = (await Submit()).Job;

        Assert.NotNull(await Claim(job));
        Assert.Null(await Claim(job, worker: "other"));

        var taken = await Claim(job, worker: "other", takeOver: true);
        Assert.Equal(("other", 2), (taken!.ClaimedBy, taken.Attempt));
        Assert.False(await ledger.Renew(Key(job), "w", Soon, default));
        Assert.Null(await ledger.Plan(Key(job), BothTools, [], Soon, default));
        Assert.NotNull(await ledger.Plan(Key(taken), BothTools, [], Soon, default));
    }

    [Fact]
    public async Task Attempts_are_limited_when_taken_over()
    {
        var job = (await Submit()).Job;
        var second = await Claim(job);
        second = await ledger.Claim(Key(second!), JobStage.Intake, "w", Soon, takeOver: true, maxAttempts: 2, default);

        Assert.Equal(2, second!.Attempt);
        Assert.Null(await ledger.Claim(Key(second), JobStage.Intake, "w", Soon, takeOver: true, maxAttempts: 2, default));
    }

    [Fact]
    public async Task A_stale_attempt_changes_nothing()
    {
        var job = (await Submit()).Job;
        await Claim(job);
        var stale = new JobKey(job.Id, 7);

        Assert.Null(await ledger.Claim(stale, JobStage.Intake, "w", Soon, true, 3, default));
        Assert.Null(await ledger.Plan(stale, BothTools, [], Soon, default));
        Assert.Null(await ledger.FinishTool(stale, Tool.Documents, null, null, Soon, null, default));
        Assert.Null(await ledger.Answer(stale, Hello, [], default));
        Assert.Null(await ledger.End(stale, JobStatus.Failed, new ChatError("c", "m"), default));
        Assert.False((await ledger.Read(job.Id, default))!.WaitsFor(Tool.Documents, stale.Attempt));
        Assert.Equal(2, (await ledger.Find("a", job.Id, default))!.Version);
    }

    [Fact]
    public async Task A_tool_reports_once()
    {
        var job = await Planned(BothTools);

        Assert.NotNull(await ledger.FinishTool(Key(job), Tool.Documents, new DocumentsResult([], 1), null, Soon, null, default));
        Assert.Null(await ledger.FinishTool(Key(job), Tool.Documents, new DocumentsResult([], 2), null, Soon, null, default));
        Assert.Equal(1, (await ledger.Find("a", job.Id, default))!.Results.Of<DocumentsResult>(Tool.Documents)!.ElapsedMs);
        Assert.False((await ledger.Read(job.Id, default))!.WaitsFor(Tool.Documents, job.Attempt));
        Assert.True((await ledger.Read(job.Id, default))!.WaitsFor(Tool.WebSearch, job.Attempt));
    }

    [Fact]
    public async Task Of_two_tools_that_report_at_once_exactly_one_is_last()
    {
        for (var round = 0; round < 20; round++)
        {
            var job = await Planned(BothTools);

            var reports = await Task.WhenAll(
                Task.Run(() => ledger.FinishTool(Key(job), Tool.Documents, new DocumentsResult([], 1), null, Soon, null, default)),
                Task.Run(() => ledger.FinishTool(Key(job), Tool.WebSearch, new WebSearchResult([], 1), null, Soon, null, default)));

            Assert.Single(reports, report => report!.Stage == JobStage.Answer);
        }
    }

    [Fact]
    public async Task An_end_is_final()
    {
        foreach (var end in new Func<Job, Task<Job?>>[]
        {
            job => ledger.Cancel("a", job.Id, default),
            job => ledger.End(Key(job), JobStatus.Refused, new ChatError("c", "m"), default),
            job => ledger.End(Key(job), JobStatus.Failed, new ChatError("c", "m"), default),
            job => ledger.End(Key(job), JobStatus.Expired, new ChatError("c", "m"), default),
        })
        {
            var job = await Planned(DocumentsOnly);
            var ended = await end(job);

            Assert.True(ended!.Status.IsFinished());
            Assert.Null(await ledger.FinishTool(Key(job), Tool.Documents, null, null, Soon, null, default));
            Assert.Null(await ledger.Answer(Key(job), Hello, [], default));
            Assert.Null(await ledger.End(Key(job), JobStatus.Failed, new ChatError("other", "m"), default));
            Assert.Equal(ended.Status, (await ledger.Cancel("a", job.Id, default))!.Status);
            Assert.Equal(ended.Version, (await ledger.Find("a", job.Id, default))!.Version);
        }
    }

    [Fact]
    public async Task Nobody_cancels_a_strangers_job()
    {
        var job = (await Submit()).Job;

        Assert.Null(await ledger.Cancel("b", job.Id, default));
        Assert.Equal(JobStatus.Queued, (await ledger.Find("a", job.Id, default))!.Status);
    }

    [Fact]
    public async Task A_cancel_that_races_an_answer_gives_one_of_the_two()
    {
        for (var round = 0; round < 20; round++)
        {
            var job = await Planned(Shipped.Plan("q", "en", [], []));

            var race = await Task.WhenAll(
                Task.Run(() => ledger.Answer(Key(job), Hello, [], default)), Task.Run(() => ledger.Cancel("a", job.Id, default)));

            var end = (await ledger.Find("a", job.Id, default))!;
            Assert.Equal(race[0] is null ? JobStatus.Cancelled : JobStatus.Answered, end.Status);
            Assert.Equal(end.Status, race[1]!.Status);
            Assert.Equal(end.Status == JobStatus.Answered, end.Answer is not null);
        }
    }

    [Fact]
    public async Task What_is_due_is_taken_by_one_sweeper_and_by_the_next_when_nothing_follows()
    {
        var job = (await Submit(dueIn: TimeSpan.FromSeconds(10))).Job;
        Assert.Empty(await ledger.TakeDue(10, TimeSpan.FromSeconds(20), default));
        await Wait(TimeSpan.FromSeconds(11));

        var sweeps = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => ledger.TakeDue(10, TimeSpan.FromSeconds(20), default))));
        Assert.Equal(job.Id, Assert.Single(sweeps.SelectMany(taken => taken)).Id);

        await Wait(TimeSpan.FromSeconds(21));
        Assert.Single(await ledger.TakeDue(10, TimeSpan.FromSeconds(20), default));
    }

    [Fact]
    public async Task A_sweeper_changes_nothing_that_moved_since_it_looked()
    {
        var job = (await Submit(dueIn: TimeSpan.FromSeconds(10))).Job;
        var claimed = await ledger.Claim(Key(job), JobStage.Intake, "w", TimeSpan.FromSeconds(10), false, 3, default);
        await Wait(TimeSpan.FromSeconds(11));

        var taken = Assert.Single(await ledger.TakeDue(10, TimeSpan.FromSeconds(20), default));
        Assert.True(await ledger.Renew(Key(claimed!), "w", TimeSpan.FromSeconds(10), default));
        Assert.Null(await ledger.Repair(taken, Soon, default));

        await Wait(TimeSpan.FromSeconds(11));
        taken = Assert.Single(await ledger.TakeDue(10, TimeSpan.FromSeconds(20), default));
        var started = await ledger.Repair(taken, Soon, default);
        Assert.Equal((2, null, JobStage.Intake), (started!.Attempt, started.ClaimedBy, started.Stage));
        Assert.Null(await ledger.Plan(Key(claimed!), BothTools, [], Soon, default));
    }

    [Fact]
    public async Task Nothing_is_due_later_than_the_deadline()
    {
        var job = (await Submit(lifetime: TimeSpan.FromSeconds(5), dueIn: TimeSpan.FromHours(1))).Job;
        Assert.Equal(job.DeadlineAt, job.DueAt);
        var claimed = await ledger.Claim(Key(job), JobStage.Intake, "w", TimeSpan.FromHours(1), false, 3, default);
        Assert.Equal(job.DeadlineAt, claimed!.DueAt);
        var planned = await ledger.Plan(Key(job), BothTools, [], TimeSpan.FromHours(1), default);
        Assert.Equal(job.DeadlineAt, planned!.DueAt);
    }

    [Fact]
    public async Task A_list_is_newest_first_filtered_and_paged()
    {
        var jobs = new List<Job>();
        for (var i = 0; i < 5; i++)
            jobs.Add((await Submit(conversation: i % 2 == 0 ? "even" : "odd")).Job);
        await ledger.Cancel("a", jobs[0].Id, default);
        jobs.Reverse();

        Assert.Equal(jobs.Select(job => job.Id), (await ledger.List("a", new JobFilter(), default)).Select(job => job.Id));
        Assert.Equal([jobs[2].Id, jobs[3].Id], (await ledger.List("a", new JobFilter(Before: jobs[1].Id, Limit: 2), default)).Select(job => job.Id));
        Assert.Equal(3, (await ledger.List("a", new JobFilter(ConversationId: "even"), default)).Count);
        Assert.Equal(jobs[4].Id, Assert.Single(await ledger.List("a", new JobFilter(JobStatus.Cancelled), default)).Id);
        Assert.Empty(await ledger.List("b", new JobFilter(), default));
    }

    [Fact]
    public async Task Versions_tell_of_changes_and_of_jobs_that_are_gone()
    {
        var job = (await Submit()).Job;
        await Claim(job);
        var gone = Guid.NewGuid();

        var versions = await ledger.Versions([new OwnedJob(job.Tenant, job.Id), new OwnedJob(job.Tenant, gone)], default);

        Assert.Equal(KeyValuePair.Create(job.Id, new JobVersion(2, Ended: false)), Assert.Single(versions));
    }

    [Fact]
    public async Task Old_jobs_are_deleted_and_unfinished_ones_never()
    {
        var finished = (await Submit(key: "k", hash: 1)).Job;
        await ledger.Cancel("a", finished.Id, default);
        var unfinished = (await Submit()).Job;

        Assert.Equal(0, await ledger.DeleteFinished(null, TimeSpan.FromHours(1), 10, default));
        await Wait(TimeSpan.FromHours(2));
        Assert.Equal(0, await ledger.DeleteFinished("b", TimeSpan.FromHours(1), 10, default));
        Assert.Equal(1, await ledger.DeleteFinished("a", TimeSpan.FromHours(1), 10, default));

        Assert.Null(await ledger.Find("a", finished.Id, default));
        Assert.NotNull(await ledger.Find("a", unfinished.Id, default));
        Assert.Equal(SubmissionOutcome.Created, (await Submit(key: "k", hash: 2)).Outcome);
    }

    [Fact]
    public async Task A_tenant_has_only_so_many_unfinished_and_those_beyond_its_share_are_held()
    {
        var share = new TenantShare(Unfinished: 3, UnderWay: 1);
        var first = (await SubmitAs(New(key: "k", share: share))).Job;
        var second = (await SubmitAs(New(share: share))).Job;
        await SubmitAs(New(share: share));

        Assert.Equal((false, true), (first.Held, second.Held));
        Assert.Equal(SubmissionOutcome.TooMany, (await SubmitAs(New(share: share))).Outcome);
        Assert.Equal(SubmissionOutcome.TooMany, (await SubmitAs(New(key: "new", share: share))).Outcome);
        // What was accepted before is known all the same, and another tenant has a share of its own.
        Assert.Equal((first.Id, SubmissionOutcome.Repeated), ((await SubmitAs(New(key: "k", share: share))).Job.Id, SubmissionOutcome.Repeated));
        Assert.False((await SubmitAs(New(tenant: "b", share: share))).Job.Held);

        await ledger.Cancel("a", second.Id, default);
        Assert.Equal(SubmissionOutcome.Created, (await SubmitAs(New(share: share))).Outcome);
        Assert.Equal(1, await ledger.CountFinished(TimeSpan.FromMinutes(1), default));
        Assert.True((await ledger.Find("a", (await SubmitAs(New(key: "k", share: share))).Job.Id, default)) is { Held: false });
    }

    [Fact]
    public async Task The_oldest_unfinished_job_of_a_tenant_has_its_age()
    {
        var (older, _) = await Submit();
        await Task.Delay(300);
        var (newer, _) = await Submit();
        await Submit(tenant: "b");

        await AssertOldest(older);
        await ledger.Cancel("a", older.Id, default);
        await AssertOldest(newer);

        async Task AssertOldest(Job oldest)
        {
            var before = (await ledger.Read(oldest.Id, default))!.Now;
            var age = (await ledger.Loads(default)).Max(load => load.OldestAge);
            var after = (await ledger.Read(oldest.Id, default))!.Now;
            Assert.InRange(age, before - oldest.QueuedAt, after - oldest.QueuedAt);
        }
    }

    [Fact]
    public async Task What_is_held_is_released_oldest_first_up_to_the_level_of_its_tenant_and_once()
    {
        var share = new TenantShare(Unfinished: 100, UnderWay: 2);
        var jobs = new List<Job>();
        for (var i = 0; i < 6; i++)
            jobs.Add((await SubmitAs(New(share: share))).Job);
        var other = (await SubmitAs(New(tenant: "b", share: share))).Job;

        Assert.Equal(
            [(1, 1, 0), (6, 6, 4)], (await ledger.Loads(default)).Select(load => (load.Unfinished, load.Queued, load.Held)).Order());
        // Nothing looks at a held job before its deadline but the releaser.
        Assert.All(jobs, job => Assert.Equal(job.Held, job.DueAt == job.DeadlineAt));
        Assert.False(other.Held);
        Assert.Empty(await ledger.Release(2, Soon, default));

        var released = (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ledger.Release(4, Soon, default)))).SelectMany(some => some).ToList();
        Assert.Equal(jobs.Skip(2).Take(2).Select(job => job.Id), released.Select(job => job.Id).Order());
        Assert.All(released, job => Assert.True(job is { Held: false } && job.DueAt < job.DeadlineAt));

        await ledger.Cancel("a", jobs[0].Id, default);
        Assert.Equal([jobs[4].Id], (await ledger.Release(4, Soon, default)).Select(job => job.Id));
        await ledger.Cancel("a", jobs[5].Id, default);
        await ledger.Cancel("a", jobs[1].Id, default);
        Assert.Empty(await ledger.Release(4, Soon, default));
    }

    [Fact]
    public async Task Whoever_claims_a_held_job_holds_it_no_longer()
    {
        // Its turn in its conversation came: the end of the one before made room for it.
        var held = (await SubmitAs(New(share: new TenantShare(Unfinished: 10, UnderWay: 0)))).Job;
        Assert.True(held.Held);

        var claimed = await ledger.Claim(JobKey.Of(held), JobStage.Intake, "w", Soon, false, 3, default);

        Assert.False(claimed!.Held);
        Assert.Empty(await ledger.Release(10, Soon, default));
    }

    [Fact]
    public async Task Text_of_any_script_comes_back_as_it_was()
    {
        var text = "¿Cuánto? 多少钱 \u200D👩‍⚕️ ﷽ 'quotes' \"double\" \\ % _ ; --";
        var job = (await SubmitAs(New(question: text))).Job;

        Assert.Equal(text, (await ledger.Find("a", job.Id, default))!.Question);
    }

    public async Task InitializeAsync() => ledger = await Create();

    public abstract Task DisposeAsync();

    protected abstract Task<IJobLedger> Create();

    /// <summary>Let time pass on the ledger's clock.</summary>
    protected abstract Task Wait(TimeSpan time);

    private static JobKey Key(Job job) => new(job.Id, job.Attempt);

    private Task<Job?> Claim(Job job, JobStage stage = JobStage.Intake, string worker = "w", bool takeOver = false) =>
        ledger.Claim(Key(job), stage, worker, Soon, takeOver, 3, default);

    private async Task<Job> Planned(JobPlan plan)
    {
        var job = (await Submit()).Job;
        await Claim(job);
        return (await ledger.Plan(Key(job), plan, [], Soon, default))!;
    }

    private Task<(Job Job, SubmissionOutcome Outcome)> Submit(
        string tenant = "a", string? conversation = null, string? key = null, byte hash = 0, TimeSpan? lifetime = null, TimeSpan? dueIn = null) =>
        SubmitAs(New(tenant, conversation, "How much?", key, hash, lifetime, dueIn));

    private async Task<(Job Job, SubmissionOutcome Outcome)> SubmitAs(NewJob job)
    {
        var submission = await ledger.Submit(job, default);
        return (submission.Job!, submission.Outcome);
    }

    private NewJob New(
        string tenant = "a", string? conversation = null, string question = "How much?", string? key = null, byte hash = 0, TimeSpan? lifetime = null,
        TimeSpan? dueIn = null, TenantShare? share = null) =>
        new(ids.Next(), tenant, conversation ?? Guid.NewGuid().ToString(), question, new JobOptions(true, [Guid.NewGuid()]), key, [hash],
            lifetime ?? TimeSpan.FromMinutes(2), dueIn ?? Soon,
            share ?? new TenantShare(1_000, 1_000));
}

public class SqliteJobLedgerTests : JobLedgerContract
{
    private readonly FakeTimeProvider clock = new();
    private SqliteDatabase database = null!;

    public override Task DisposeAsync()
    {
        database.Dispose();
        return Task.CompletedTask;
    }

    protected override Task<IJobLedger> Create()
    {
        database = Open(clock);
        return Task.FromResult<IJobLedger>(TestSqlite.Ledger(database));
    }

    protected virtual SqliteDatabase Open(TimeProvider clock) => TestSqlite.InMemory(clock);

    protected override Task Wait(TimeSpan time)
    {
        clock.Advance(time);
        return Task.CompletedTask;
    }
}

public sealed class SqliteFileJobLedgerTests : SqliteJobLedgerTests
{
    private readonly TemporaryFile file = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        file.Dispose();
    }

    protected override SqliteDatabase Open(TimeProvider clock) => SqliteDatabase.Open(file.Path, clock, TestSqlite.Limits);
}

[Trait("Needs", "Servers")]
public sealed class PostgresJobLedgerTests : JobLedgerContract
{
    private TestDatabase database = null!;

    public override async Task DisposeAsync() => await database.DisposeAsync();

    protected override async Task<IJobLedger> Create()
    {
        database = await TestDatabase.Create();
        return TestDatabase.Ledger(database.Source);
    }

    protected override Task Wait(TimeSpan time) => database.Pass(time);
}
