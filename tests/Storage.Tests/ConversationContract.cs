using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tests;

/// <summary>Jobs that share a conversation take turns, are listed and deleted together; and a job may call on its tools twice.</summary>
public abstract class ConversationContract : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly JobAnswer Hello = new() { Text = "Hello", Language = "en", Model = "m", Citations = [] };

    private readonly OrderedIds ids = new();
    private IJobLedger ledger = null!;

    [Fact]
    public async Task A_job_waits_until_the_one_before_it_in_its_conversation_has_ended_and_is_told_with_that_end()
    {
        var (first, second, third) = (await Submit("c"), await Submit("c"), await Submit("c"));

        Assert.Null(await Claim(second));
        Assert.NotNull(await Claim(first));
        Assert.Null(await Claim(second));
        await ledger.Plan(Key(first), Shipped.Plan("q", "en", [], []), [], Soon, default);
        await Claim(first, JobStage.Answer);
        var answered = await ledger.Answer(Key(first), Hello, ["answer: late"], default);

        Assert.Equal(new WaitingJob(second.Id, 1), answered!.Successor);
        Assert.Equal(["answer: late"], answered.Degraded);
        Assert.Null(await Claim(third));
        Assert.NotNull(await Claim(second));
    }

    [Fact]
    public async Task Every_way_to_end_tells_who_is_next()
    {
        var (first, second, third) = (await Submit("c"), await Submit("c"), await Submit("c"));

        Assert.Equal(second.Id, (await ledger.Cancel("a", first.Id, default))!.Successor!.Id);
        Assert.Equal(third.Id, (await ledger.End(Key(second), JobStatus.Failed, new ChatError("c", "m"), default))!.Successor!.Id);
        Assert.Null((await ledger.End(Key(third), JobStatus.Expired, new ChatError("c", "m"), default))!.Successor);
        // Said once, with the end; not each time that somebody looks.
        Assert.Null((await ledger.Cancel("a", first.Id, default))!.Successor);
    }

    [Fact]
    public async Task Nobody_waits_for_another_conversation_or_for_a_stranger_with_the_same()
    {
        await Submit("c");
        await Submit("c", "b");

        Assert.NotNull(await Claim(await Submit("d")));
        Assert.Null((await ledger.Cancel("b", (await ledger.List("b", new JobFilter(), default))[0].Id, default))!.Successor);
    }

    [Fact]
    public async Task A_running_job_is_taken_over_though_an_earlier_one_runs_again()
    {
        var (first, second) = (await Submit("c"), await Submit("c"));
        await ledger.Cancel("a", first.Id, default);
        var running = await Claim(second);

        Assert.Equal(2, (await ledger.Claim(Key(running!), JobStage.Intake, "other", Soon, takeOver: true, 3, default))!.Attempt);
    }

    [Fact]
    public async Task Conversations_are_listed_by_their_newest_job_page_by_page_and_each_tenant_sees_its_own()
    {
        var one = await Submit("one", question: "What is covered?");
        await Submit("two");
        await Submit("strange", "b");
        await Submit("one");

        var first = Assert.Single(await ledger.Conversations("a", null, 1, default));
        var second = Assert.Single(await ledger.Conversations("a", first.Newest, 5, default));

        Assert.Equal(("one", "What is covered?", 2, one.AcceptedAt), (first.Id, first.FirstQuestion, first.Jobs, first.CreatedAt));
        Assert.True(first.LastAt >= first.CreatedAt);
        Assert.Equal("two", second.Id);
        Assert.Empty(await ledger.Conversations("a", second.Newest, 5, default));
        Assert.Equal("strange", Assert.Single(await ledger.Conversations("b", null, 5, default)).Id);
    }

    [Fact]
    public async Task A_deleted_conversation_is_gone_whoever_works_on_it_finds_nothing_and_its_keys_are_free()
    {
        var running = await Submit("c", key: "k");
        await Claim(running);
        var kept = await Submit("d");

        Assert.Equal(0, await ledger.DeleteConversation("b", "c", default));
        Assert.Equal(1, await ledger.DeleteConversation("a", "c", default));

        Assert.Null(await ledger.Find("a", running.Id, default));
        Assert.False(await ledger.Renew(Key(running), "w", Soon, default));
        Assert.Null(await ledger.Plan(Key(running), Shipped.Plan("q", "en", [], []), [], Soon, default));
        Assert.Equal(kept.Id, Assert.Single(await ledger.List("a", new JobFilter(), default)).Id);
        Assert.NotEqual(running.Id, (await Submit("c", key: "k")).Id);
        Assert.Equal(0, await ledger.DeleteConversation("a", "never", default));
    }

    [Fact]
    public async Task A_second_wave_goes_back_to_the_tools_under_an_attempt_that_wore_out_no_worker()
    {
        var job = await Submit("c");
        await Claim(job);
        var plan = Shipped.Plan("q", "en", ["q"], []) with { By = "m", Translated = true, Second = Shipped.Wave(["other"], ["web"]) };
        await ledger.Plan(Key(job), plan, [], Soon, default);
        var found = await ledger.FinishTool(Key(job), Tool.Documents, new DocumentsResult([], 1) { Fits = false }, null, Soon,
            "w", default);
        Assert.False(found!.Results.Of<DocumentsResult>(Tool.Documents)!.Fits);

        var again = await ledger.StartWave(Key(found), found.Plan! with { Wave = 2 }, Soon, default);

        Assert.Equal((JobStage.Tools, 2, 1, null), (again!.Stage, again.Attempt, again.AttemptsUsed, again.ClaimedBy));
        Assert.Equal([Tool.Documents, Tool.WebSearch], again.Pending);
        Assert.Equivalent(plan with { Wave = 2 }, again.Plan);
        Assert.Null(again.AnswerAt);
        Assert.True(again.WaveAt >= again.ToolsAt);
        // What is still on its way for the first wave is stale, and there is no third.
        Assert.Null(await ledger.FinishTool(Key(found), Tool.Documents, new DocumentsResult([], 2), null, Soon, null, default));
        Assert.Null(await ledger.StartWave(Key(found), plan, Soon, default));
        Assert.Null(await ledger.StartWave(Key(again), plan, Soon, default));
        Assert.NotNull(await ledger.FinishTool(Key(again), Tool.Documents, new DocumentsResult([], 3), null, Soon, null, default));
    }

    public async Task InitializeAsync() => ledger = await Create();

    public abstract Task DisposeAsync();

    protected abstract Task<IJobLedger> Create();

    private static JobKey Key(Job job) => new(job.Id, job.Attempt);

    private Task<Job?> Claim(Job job, JobStage stage = JobStage.Intake) => ledger.Claim(Key(job), stage, "w", Soon, takeOver: false, 3, default);

    private async Task<Job> Submit(string conversation, string tenant = "a", string question = "How much?", string? key = null)
    {
        var submission = await ledger.Submit(
            new NewJob(
                ids.Next(), tenant, conversation, question, new JobOptions(true, null), key, [0], TimeSpan.FromMinutes(2), Soon,
                new TenantShare(1_000, 1_000)),
            default);
        return submission.Job!;
    }
}

public sealed class SqliteConversationTests : ConversationContract
{
    private readonly SqliteDatabase database = TestSqlite.InMemory();

    public override Task DisposeAsync()
    {
        database.Dispose();
        return Task.CompletedTask;
    }

    protected override Task<IJobLedger> Create() => Task.FromResult<IJobLedger>(TestSqlite.Ledger(database));
}

[Trait("Needs", "Servers")]
public sealed class PostgresConversationTests : ConversationContract
{
    private TestDatabase database = null!;

    public override async Task DisposeAsync() => await database.DisposeAsync();

    protected override async Task<IJobLedger> Create()
    {
        database = await TestDatabase.Create();
        return TestDatabase.Ledger(database.Source);
    }
}
