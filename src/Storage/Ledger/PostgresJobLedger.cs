using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Ledger;

/// <summary>
/// The ledger in PostgreSQL, on the database's clock. Questions, changes and workers' reads that arrive while a statement of their kind is
/// running share the next statement.
/// </summary>
internal sealed partial class PostgresJobLedger(NpgsqlDataSource database, PostgresPool pool, ILogger<PostgresJobLedger> log) : IJobLedger
{
    private const string DataException = "22";
    private const string IntegrityViolation = "23";
    private const string SelectByIds = $"SELECT {JobRow.Columns} FROM chat_job WHERE id = ANY ($1)";

    private readonly GroupedCalls<NewJob, Job?> insertions =
        new(pool.GroupSize, 1, jobs => PostgresJobInsertions.Insert(database, jobs), IsOfOneItem, "insertions");

    private readonly GroupedCalls<JobChange, Job?> changes =
        new(pool.GroupSize, 1, changes => PostgresJobChanges.Apply(database, changes), IsOfOneItem, "changes");

    private readonly GroupedCalls<Guid, Job?> reads = new(pool.GroupSize, 1, ids => ReadAll(database, ids), IsOfOneItem, "reads");

    private readonly GroupedCalls<OwnedJob, Job?> finds = new(pool.GroupSize, 1, wanted => FindAll(database, wanted), IsOfOneItem, "finds");

    public async Task<Submission> Submit(NewJob job, CancellationToken token) =>
        await InTime(insertions, job, token) is { } written
            ? new Submission(written, SubmissionOutcome.Created)
            : await PostgresJobInsertions.WhyNot(database, job, token);

    public Task<Job?> Apply(JobChange change, CancellationToken token) => InTime(changes, change, token);

    public Task<Job?> Read(Guid id, CancellationToken token) => InTime(reads, id, token);

    public Task<Job?> Find(string tenant, Guid id, CancellationToken token) => InTime(finds, new OwnedJob(tenant, id), token);

    public async Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token)
    {
        await using var command = database.For(
            tenant,
            $"""
            SELECT {JobRow.Columns} FROM chat_job
            WHERE  tenant_id = $1 AND ($2::text IS NULL OR status = $2)
            AND    ($3::text IS NULL OR conversation_id = $3) AND ($4::uuid IS NULL OR id < $4)
            ORDER  BY id DESC LIMIT $5
            """);
        return await command.With(tenant).With(filter.Status is { } status ? Name(status) : null, NpgsqlDbType.Text)
            .With(filter.ConversationId, NpgsqlDbType.Text).With(filter.Before, NpgsqlDbType.Uuid).With(filter.Limit).All(JobRow.Read, token);
    }

    public async Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token)
    {
        await using var command = database.For(
            wanted.Select(job => job.Tenant),
            "SELECT id, version, finished_at IS NOT NULL FROM chat_job WHERE id = ANY ($1) AND tenant_id = ANY ($2)");
        var rows = await command.With(wanted.Select(job => job.Id).ToArray()).With(wanted.Select(job => job.Tenant).Distinct().ToArray())
            .All(row => KeyValuePair.Create(row.GetGuid(0), new JobVersion(row.GetInt32(1), row.GetBoolean(2))), token);
        return new Dictionary<Guid, JobVersion>(rows);
    }

    public async Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token)
    {
        await using var command = database.For(
            "tenants_with_due_jobs", [limit],
            $"""
            UPDATE chat_job SET due_at = least(now() + $2, deadline_at), version = version + 1
            WHERE  id IN (SELECT id FROM chat_job WHERE finished_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING {JobRow.Columns}
            """);
        return [.. (await command.With(limit).With(visibilityTimeout).All(ReadOrSkip, token)).OfType<Job>()];
    }

    public async Task<IReadOnlyList<TenantLoad>> Loads(CancellationToken token)
    {
        await using var command = database.WithoutTenant("SELECT unfinished, queued, held, oldest_age FROM tenant_loads()");
        return await command.All(row => new TenantLoad(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetTimeSpan(3)), token);
    }

    public async Task<IReadOnlyList<Job>> Release(int level, TimeSpan dueIn, CancellationToken token)
    {
        // FOR UPDATE reads the locked row again, so a second process sees that the first one has released the job.
        await using var command = database.For(
            "tenants_with_held_jobs", [],
            $"""
            UPDATE chat_job SET held = false, due_at = least(now() + $2, deadline_at), version = version + 1
            WHERE  id IN (SELECT id FROM chat_job
                          WHERE  held AND finished_at IS NULL AND id IN
                                 (SELECT id
                                  FROM   (SELECT id, held,
                                                 row_number() OVER (PARTITION BY tenant_id ORDER BY held, replay_id IS NOT NULL, id) AS place
                                          FROM   chat_job WHERE finished_at IS NULL) AS placed
                                  WHERE  held AND place <= $1)
                          FOR UPDATE SKIP LOCKED)
            RETURNING {JobRow.Columns}
            """);
        return [.. (await command.With(level).With(dueIn).All(ReadOrSkip, token)).OfType<Job>()];
    }

    public async Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token)
    {
        // Reads from the newest job backwards and stops when the page is full, instead of grouping all of the tenant's jobs.
        await using var command = database.For(
            tenant,
            """
            SELECT last.conversation_id, first.question, total.jobs, first.accepted_at, last.accepted_at, last.id
            FROM   chat_job AS last,
                   LATERAL (SELECT question, accepted_at FROM chat_job
                            WHERE  tenant_id = $1 AND conversation_id = last.conversation_id ORDER BY id LIMIT 1) AS first,
                   LATERAL (SELECT count(*)::int AS jobs FROM chat_job WHERE tenant_id = $1 AND conversation_id = last.conversation_id) AS total
            WHERE  last.tenant_id = $1 AND ($2::uuid IS NULL OR last.id < $2)
            AND    NOT EXISTS (SELECT FROM chat_job AS later
                               WHERE  later.tenant_id = $1 AND later.conversation_id = last.conversation_id AND later.id > last.id)
            ORDER  BY last.id DESC LIMIT $3
            """);
        return await command.With(tenant).With(before, NpgsqlDbType.Uuid).With(limit).All(
            row => new Conversation(
                row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4),
                row.GetGuid(5)),
            token);
    }

    public async Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token)
    {
        await using var command = database.For(tenant, "DELETE FROM chat_job WHERE tenant_id = $1 AND conversation_id = $2");
        return await command.With(tenant).With(conversation).Change(token);
    }

    public async Task<int> CountFinished(TimeSpan within, CancellationToken token)
    {
        await using var command = database.WithoutTenant("SELECT count_finished_jobs($1)");
        return await command.With(within).Number(token);
    }

    public async Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token)
    {
        const string Delete =
            """
            DELETE FROM chat_job WHERE id IN
                (SELECT id FROM chat_job WHERE finished_at < now() - $2 AND ($1::text IS NULL OR tenant_id = $1)
                 ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED)
            """;
        await using var command = tenant is null ? database.For("tenants_with_old_jobs", [age, limit], Delete) : database.For(tenant, Delete);
        return await command.With(tenant, NpgsqlDbType.Text).With(age).With(limit).Change(token);
    }

    /// <summary>
    /// For statements that take rows of all tenants: skips a row that a newer program wrote, so that it does not block the others.
    /// </summary>
    private Job? ReadOrSkip(NpgsqlDataReader row)
    {
        try
        {
            return JobRow.Read(row);
        }
        catch (StoredFormatException error)
        {
            LogUnreadable(error.Message);
            return null;
        }
    }

    private static async Task<IReadOnlyList<Job?>> ReadAll(NpgsqlDataSource database, IReadOnlyList<Guid> ids)
    {
        var wanted = ids.Distinct().ToArray();
        await using var command = database.For("tenants_of_jobs", [wanted], SelectByIds);
        var found = (await command.With(wanted).All(JobRow.Read, CancellationToken.None)).ToDictionary(job => job.Id);
        return [.. ids.Select(found.GetValueOrDefault)];
    }

    private static async Task<IReadOnlyList<Job?>> FindAll(NpgsqlDataSource database, IReadOnlyList<OwnedJob> wanted)
    {
        await using var command = database.For(wanted.Select(job => job.Tenant), SelectByIds);
        var found = (await command.With(wanted.Select(job => job.Id).Distinct().ToArray()).All(JobRow.Read, CancellationToken.None))
            .ToDictionary(job => job.Id);
        // The statement sees the rows of all these tenants, so each row's tenant is checked here.
        return [.. wanted.Select(job => found.GetValueOrDefault(job.Id) is { } row && row.Tenant == job.Tenant ? row : null)];
    }

    /// <summary>A caller waits no longer than one statement may take, although an earlier statement may run first.</summary>
    private async Task<Job?> InTime<T>(GroupedCalls<T, Job?> calls, T item, CancellationToken token)
    {
        try
        {
            return await calls.Run(item, pool.StatementTimeout, token);
        }
        catch (TimeoutException error)
        {
            throw new NpgsqlException("The database did not answer in time.", error);
        }
    }

    /// <summary>
    /// True for a value that cannot be stored or read. False for a failure of the database or the connection, which affects every item.
    /// </summary>
    private static bool IsOfOneItem(Exception error) => error is not DbException { SqlState: var state }
        || state?[..2] is DataException or IntegrityViolation;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem} The row is skipped until a program runs that can read it")]
    private partial void LogUnreadable(string problem);
}
