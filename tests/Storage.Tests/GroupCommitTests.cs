using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Tests;

/// <summary>Many changes at once on a real PostgreSQL, where they share statements.</summary>
[Trait("Needs", "Servers")]
public sealed class GroupCommitTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private TestDatabase database = null!;
    private PostgresJobLedger ledger = null!;

    [Fact]
    public async Task A_change_that_cannot_be_stored_fails_alone_among_many()
    {
        var jobs = await Submit(64);
        // PostgreSQL stores no zero byte in a text.
        var changes = jobs.Select((job, i) => new JobChange(job, job with { Degraded = [i == 40 ? "a\0b" : "fine"] }) { DueIn = Soon }).ToList();

        var written = changes.Select(change => ledger.Apply(change, default)).ToList();

        await Assert.ThrowsAnyAsync<Exception>(() => written[40]);
        Assert.All(await Task.WhenAll(written.Where((_, i) => i != 40)), job => Assert.Equal(("fine", 2), (job!.Degraded[0], job.Version)));
        Assert.Equal(1, (await ledger.Read(jobs[40].Id, default))!.Version);
    }

    [Fact]
    public async Task Of_two_changes_of_one_version_one_is_written()
    {
        var jobs = await Submit(20);

        var written = await Task.WhenAll(jobs.SelectMany(job => new[] { "a", "b" }.Select(by =>
            ledger.Apply(new JobChange(job, job with { Degraded = [by] }) { DueIn = Soon }, default))));

        foreach (var (job, outcomes) in jobs.Zip(written.Chunk(2)))
        {
            var winner = Assert.Single(outcomes, outcome => outcome is not null)!;
            var stored = (await ledger.Read(job.Id, default))!;
            Assert.Equal((winner.Version, winner.Degraded[0]), (stored.Version, stored.Degraded[0]));
        }
    }

    [Fact]
    public async Task A_change_is_read_back_as_it_was_returned()
    {
        var job = (await Submit(1))[0];
        var plan = Shipped.Plan("q \"quoted\" \\ {braced}, comma", "en", ["q"], ["w"]);
        var to = job with
        {
            Status = JobStatus.Running,
            Stage = JobStage.Tools,
            ClaimedBy = null,
            Plan = plan,
            Pending = [Tool.Documents, Tool.WebSearch],
            Degraded = ["one, \"two\" \\ {three}", "", "null"],
        };

        var written = await ledger.Apply(new JobChange(job, to) { Now = JobTimes.Started | JobTimes.Tools | JobTimes.Wave, DueIn = Soon }, default);

        Assert.Equivalent(written! with { Now = default }, (await ledger.Read(job.Id, default))! with { Now = default }, strict: true);
    }

    [Fact]
    public async Task Two_processes_that_change_the_same_jobs_all_the_time_lose_no_change()
    {
        var other = TestDatabase.Ledger(database.Source);
        var jobs = await Submit(10);

        await Task.WhenAll(from job in jobs
                           from process in new[] { ledger, other }
                           select Task.Run(() => Count(process, job.Id, 10)));

        foreach (var job in jobs)
            Assert.Equal((21, 20), ((await ledger.Read(job.Id, default))!.Version, (await ledger.Read(job.Id, default))!.Degraded.Count));
    }

    [Fact]
    public async Task A_tenant_gets_no_more_than_its_share_in_one_group()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => ledger.Submit(New(i % 2 == 0 ? "a" : "b", unfinished: 7), default)));

        Assert.Equal(14, outcomes.Count(submission => submission.Outcome == SubmissionOutcome.Created));
        Assert.Equal(46, outcomes.Count(submission => submission.Outcome == SubmissionOutcome.TooMany));
        Assert.Equal(7, (await ledger.List("a", new JobFilter(), default)).Count);
    }

    [Fact]
    public async Task A_job_that_is_gone_is_not_changed()
    {
        var job = (await Submit(1))[0];
        await ledger.DeleteConversation(job.Tenant, job.ConversationId, default);

        Assert.Null(await ledger.Apply(new JobChange(job, job with { Degraded = ["x"] }) { DueIn = Soon }, default));
    }

    public async Task InitializeAsync()
    {
        database = await TestDatabase.Create();
        ledger = TestDatabase.Ledger(database.Source);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    /// <summary>Adds one to a job's list so many times, reading it again whenever the other process was quicker.</summary>
    private static async Task Count(PostgresJobLedger process, Guid id, int times)
    {
        for (var done = 0; done < times;)
        {
            var job = (await process.Read(id, default))!;
            if (await process.Apply(new JobChange(job, job with { Degraded = [.. job.Degraded, "x"] }) { DueIn = Soon }, default) is not null)
                done++;
        }
    }

    private async Task<IReadOnlyList<Job>> Submit(int count) =>
        [.. (await Task.WhenAll(Enumerable.Range(0, count).Select(i => ledger.Submit(New(i % 2 == 0 ? "a" : "b"), default)))).Select(made =>
            made.Job!)];

    private static NewJob New(string tenant, int unfinished = 100)
    {
        var id = Guid.CreateVersion7();
        return new NewJob(id, tenant, id.ToString(), "q", new JobOptions(true, null), null, [1], TimeSpan.FromMinutes(2), Soon,
            new TenantShare(unfinished, 3));
    }
}
