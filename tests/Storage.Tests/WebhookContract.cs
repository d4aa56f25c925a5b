using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Navigator.Storage.Webhooks;

namespace Navigator.Storage.Tests;

/// <summary>What every store of webhooks promises. Both implementations run all of it.</summary>
public abstract class WebhookContract : IAsyncLifetime
{
    protected const string Tenant = "default";
    protected static readonly TimeSpan Moment = TimeSpan.FromSeconds(30), Minute = TimeSpan.FromMinutes(1);

    protected static readonly DeliveryShare Share = new(100, Moment);

    private IJobLedger ledger = null!;
    private IWebhooks webhooks = null!;

    [Fact]
    public async Task Nothing_is_told_before_the_end_and_each_end_once()
    {
        var job = await Submit();
        Assert.Equal(WebhookStatus.Waiting, (await webhooks.Find(Tenant, job, default))!.Status);
        Assert.Null(await webhooks.Claim(job, Minute, Share, default));

        await ledger.Cancel(Tenant, job, default);
        var delivery = (await webhooks.Claim(job, Minute, Share, default))!;

        Assert.Equal((job, Tenant, "https://example.com/", 1, JobStatus.Cancelled),
            (delivery.JobId, delivery.Tenant, delivery.Url, delivery.Tries, delivery.Status));
        Assert.True(delivery.Secret.Length >= 24);
        Assert.Null(await webhooks.Claim(job, Minute, Share, default));
        Assert.Equal(WebhookStatus.Pending, (await webhooks.Find(Tenant, job, default))!.Status);

        Assert.True(await webhooks.Record(delivery, new DeliveryOutcome(true, 204, null, null), default));
        Assert.False(await webhooks.Record(delivery, new DeliveryOutcome(false, 500, "response_status", null), default));
        var told = (await webhooks.Find(Tenant, job, default))!;
        Assert.Equal((WebhookStatus.Delivered, 1, 204), (told.Status, told.Tries, told.ResponseStatus));
        Assert.NotNull(told.DeliveredAt);
        Assert.Null(await webhooks.Claim(job, Minute, Share, default));
        await Wait(Moment);
        Assert.Empty(await webhooks.TakeDue(10, Minute, default));
    }

    [Fact]
    public async Task What_failed_is_due_again_at_its_time_and_is_given_up_when_it_is_of_no_use()
    {
        var job = await Ended();
        var first = (await webhooks.Claim(job, Minute, Share, default))!;
        Assert.True(await webhooks.Record(first, new DeliveryOutcome(false, 500, "response_status", Moment), default));
        Assert.Null(await webhooks.Claim(job, Minute, Share, default));
        Assert.Empty(await webhooks.TakeDue(10, Minute, default));
        Assert.NotNull((await webhooks.Find(Tenant, job, default))!.NextAt);

        await Wait(Moment * 2);
        Assert.Equal([new DueWebhook(job, null)], await webhooks.TakeDue(10, Minute, default));
        Assert.Empty(await webhooks.TakeDue(10, Minute, default));
        var second = (await webhooks.Claim(job, Minute, Share, default))!;
        Assert.Equal((2, first.Attempt + 1), (second.Tries, second.Attempt));
        Assert.False(await webhooks.Record(first, new DeliveryOutcome(true, 200, null, null), default));
        Assert.True(await webhooks.Record(second, new DeliveryOutcome(false, 410, "response_status", null), default));
        var given = (await webhooks.Find(Tenant, job, default))!;
        Assert.Equal((WebhookStatus.Failed, 2, "response_status", null), (given.Status, given.Tries, given.Error, given.NextAt));
        Assert.Null(await webhooks.Claim(job, Minute, Share, default));

        Assert.Equal(WebhookStatus.Pending, (await webhooks.Again(Tenant, job, default))!.Status);
        Assert.Equal(1, (await webhooks.Claim(job, Minute, Share, default))!.Tries);
    }

    [Fact]
    public async Task A_delivery_whose_worker_is_gone_is_begun_again()
    {
        var job = await Ended();
        Assert.NotNull(await webhooks.Claim(job, Moment, Share, default));

        await Wait(Moment * 2);
        Assert.Equal([new DueWebhook(job, null)], await webhooks.TakeDue(10, Minute, default));
        Assert.NotNull(await webhooks.Claim(job, Moment, Share, default));
    }

    [Fact]
    public async Task The_traceparent_of_the_question_goes_with_its_delivery()
    {
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var job = await Submit(trace: Trace);
        await ledger.Cancel(Tenant, job, default);

        var delivery = (await webhooks.Claim(job, Moment, Share, default))!;
        await Wait(Moment * 2);

        Assert.Equal(Trace, delivery.Trace);
        Assert.Equal([new DueWebhook(job, Trace)], await webhooks.TakeDue(10, Minute, default));
    }

    [Fact]
    public async Task Nobody_elses_is_found_or_told_again_and_where_nobody_is_to_be_told_there_is_none()
    {
        var (job, quiet) = (await Ended(), await Submit(callback: null));

        Assert.Null(await webhooks.Find("b", job, default));
        Assert.Null(await webhooks.Again("b", job, default));
        Assert.Null(await webhooks.Find(Tenant, quiet, default));
        Assert.Null(await webhooks.Claim(quiet, Minute, Share, default));
        Assert.Null(await webhooks.Claim(Guid.NewGuid(), Minute, Share, default));
        Assert.Equal(WebhookStatus.Waiting, (await webhooks.Again(Tenant, await Submit(), default))!.Status);
    }

    [Fact]
    public async Task A_tenant_has_so_many_under_way_and_one_more_is_due_later_and_costs_no_try()
    {
        var share = new DeliveryShare(2, Moment);
        var jobs = new[] { await Ended(), await Ended(), await Ended() };
        var first = (await webhooks.Claim(jobs[0], Minute, share, default))!;
        Assert.NotNull(await webhooks.Claim(jobs[1], Minute, share, default));

        Assert.Null(await webhooks.Claim(jobs[2], Minute, share, default));
        Assert.Equal(0, (await webhooks.Find(Tenant, jobs[2], default))!.Tries);
        Assert.Empty(await webhooks.TakeDue(10, Minute, default));

        await webhooks.Record(first, new DeliveryOutcome(true, 204, null, null), default);
        await Wait(Moment * 1.1);
        Assert.Equal([new DueWebhook(jobs[2], null)], await webhooks.TakeDue(10, Minute, default));
        Assert.Equal(1, (await webhooks.Claim(jobs[2], Minute, share, default))!.Tries);
        // Those of a worker that is gone do not count for ever.
        await Wait(Minute);
        Assert.NotNull(await webhooks.Claim(await Ended(), Minute, share, default));
    }

    [Fact]
    public async Task It_goes_with_its_job()
    {
        var job = await Ended();
        await webhooks.Claim(job, Moment, Share, default);
        await ledger.DeleteConversation(Tenant, job.ToString(), default);

        Assert.Null(await webhooks.Find(Tenant, job, default));
        await Wait(Moment * 2);
        Assert.Empty(await webhooks.TakeDue(10, Minute, default));
    }

    public async Task InitializeAsync() => (ledger, webhooks) = await Create();

    public abstract Task DisposeAsync();

    protected abstract Task<(IJobLedger Ledger, IWebhooks Webhooks)> Create();

    protected abstract Task Wait(TimeSpan time);

    private async Task<Guid> Submit(string? callback = "https://example.com/", string? trace = null)
    {
        var id = Guid.CreateVersion7();
        var submission = await ledger.Submit(
            new NewJob(id, Tenant, id.ToString(), "q", new JobOptions(false, null, null, callback, trace), null, [1], TimeSpan.FromMinutes(5), Minute,
                new TenantShare(100, 100)), default);
        return submission.Job!.Id;
    }

    protected async Task<Guid> Ended()
    {
        var job = await Submit();
        await ledger.Cancel(Tenant, job, default);
        return job;
    }
}

public sealed class SqliteWebhookTests : WebhookContract
{
    private static readonly byte[] Secret = new byte[32];

    private readonly FakeTimeProvider clock = new();
    private SqliteDatabase database = null!;

    [Fact]
    public async Task A_tenants_own_secret_signs_else_the_settings_and_without_either_nobody_is_told()
    {
        var (withSetting, without) = (new SqliteWebhooks(database, Secret), new SqliteWebhooks(database, secret: null));
        var (first, second) = (await Ended(), await Ended());
        Assert.Null(await without.Claim(first, Minute, Share, default));
        Assert.Equal(Secret, (await withSetting.Claim(first, Minute, Share, default))!.Secret);

        var registry = new SqliteTenantRegistry(database);
        await registry.Create(Tenant, default);

        var own = (await without.Claim(second, Minute, Share, default))!.Secret;
        Assert.Equal(await registry.WebhookSecret(Tenant, rotate: false, default), $"whsec_{Convert.ToBase64String(own)}");
    }

    public override Task DisposeAsync()
    {
        database.Dispose();
        return Task.CompletedTask;
    }

    protected override Task<(IJobLedger Ledger, IWebhooks Webhooks)> Create()
    {
        database = TestSqlite.InMemory(clock);
        return Task.FromResult<(IJobLedger, IWebhooks)>((TestSqlite.Ledger(database), new SqliteWebhooks(database, Secret)));
    }

    protected override Task Wait(TimeSpan time)
    {
        clock.Advance(time);
        return Task.CompletedTask;
    }
}

[Trait("Needs", "Servers")]
public sealed class PostgresWebhookTests : WebhookContract
{
    private TestDatabase database = null!;

    public override async Task DisposeAsync() => await database.DisposeAsync();

    protected override async Task<(IJobLedger Ledger, IWebhooks Webhooks)> Create()
    {
        database = await TestDatabase.Create();
        return (TestDatabase.Ledger(database.Source), new PostgresWebhooks(database.Source));
    }

    protected override Task Wait(TimeSpan time) => database.Pass(time);
}
