using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Navigator.Storage.Sqlite;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Ledger;

/// <summary>The ledger of embedded mode. There is one writer, so a change's conditions are checked by statements that run before it.</summary>
internal sealed partial class SqliteJobLedger(SqliteDatabase database, ILogger<SqliteJobLedger> log) : IJobLedger
{
    public Task<Submission> Submit(NewJob job, CancellationToken token) => database.Write(
        session =>
        {
            if (Known(session, job) is { Job: not null } known)
                return known;
            // Without the index's name the planner reads all of the tenant's jobs: 5 ms a question after 4,000 of them.
            var others = session.Number(
                """
                SELECT count(*)
                FROM   (SELECT 1 FROM chat_job INDEXED BY chat_job_share
                        WHERE tenant_id = $1 AND finished_at IS NULL AND replay_id IS NULL LIMIT $2)
                """,
                job.Tenant, job.Share.Unfinished);
            if (others >= job.Share.Unfinished)
                return new Submission(null, SubmissionOutcome.TooMany);
            var created = job.AcceptedAt(session.Now, held: others >= job.Share.UnderWay);
            Insert(session, job, created);
            return new Submission(created, SubmissionOutcome.Created);
        },
        token);

    public Task<Job?> Find(string tenant, Guid id, CancellationToken token) => database.Read(
        session => One(session, $"SELECT {SqliteJobRow.Columns} FROM chat_job WHERE id = $1 AND tenant_id = $2", id, tenant), token);

    public Task<Job?> Read(Guid id, CancellationToken token) => database.Read(
        session => One(session, $"SELECT {SqliteJobRow.Columns} FROM chat_job WHERE id = $1", id), token);

    public Task<IReadOnlyList<Job>> List(string tenant, JobFilter filter, CancellationToken token) => database.Read<IReadOnlyList<Job>>(
        session => session.All(
            $"""
            SELECT {SqliteJobRow.Columns} FROM chat_job
            WHERE  tenant_id = $1 AND ($2 IS NULL OR status = $2) AND ($3 IS NULL OR conversation_id = $3) AND ($4 IS NULL OR id < $4)
            ORDER  BY id DESC LIMIT $5
            """,
            row => SqliteJobRow.Read(row, session.Now),
            tenant, filter.Status is { } status ? Name(status) : null, filter.ConversationId, filter.Before, filter.Limit),
        token);

    public Task<IReadOnlyDictionary<Guid, JobVersion>> Versions(IReadOnlyCollection<OwnedJob> wanted, CancellationToken token) =>
        database.Read<IReadOnlyDictionary<Guid, JobVersion>>(
            session => new Dictionary<Guid, JobVersion>(wanted.Distinct().SelectMany(owned => session.All(
                "SELECT version, finished_at IS NOT NULL FROM chat_job WHERE id = $1 AND tenant_id = $2",
                row => KeyValuePair.Create(owned.Id, new JobVersion(row.GetInt32(0), row.Flag(1))), owned.Id, owned.Tenant))),
            token);

    public Task<Job?> Apply(JobChange change, CancellationToken token) => database.Write(
        session =>
        {
            if (!IsAllowed(session, change))
                return null;
            var written = change.WrittenAt(session.Now);
            if (!Update(session, change, written))
                return null;
            foreach (var document in change.Cites.Distinct())
                session.Change("INSERT INTO job_citation (document_id, job_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", document, written.Id);
            if (change.RestartsDeadline)
                session.Change("UPDATE webhook SET status = 'waiting', due_at = $2 WHERE job_id = $1", written.Id, ToldBy(written));
            return change.Ends ? written with { Successor = Successor(session, written) } : written;
        },
        token);

    public Task<IReadOnlyList<Job>> TakeDue(int limit, TimeSpan visibilityTimeout, CancellationToken token) =>
        database.Write<IReadOnlyList<Job>>(
            session => Readable(session.All(
                $"""
                UPDATE chat_job SET due_at = min($3, deadline_at), version = version + 1
                WHERE  id IN (SELECT id FROM chat_job WHERE finished_at IS NULL AND due_at <= $2 ORDER BY due_at LIMIT $1)
                RETURNING {SqliteJobRow.Columns}
                """,
                row => ReadOrSkip(row, session.Now), limit, session.Now, session.Now + visibilityTimeout)),
            token);

    public Task<IReadOnlyList<TenantLoad>> Loads(CancellationToken token) => database.Read<IReadOnlyList<TenantLoad>>(
        session => session.All(
            """
            SELECT count(*), sum(status = 'queued'), sum(held), min(queued_at) FILTER (WHERE replay_id IS NULL)
            FROM   chat_job WHERE finished_at IS NULL GROUP BY tenant_id
            """,
            row => new TenantLoad(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.IsDBNull(3) ? TimeSpan.Zero : session.Now - row.Time(3))),
        token);

    public Task<IReadOnlyList<Job>> Release(int level, TimeSpan dueIn, CancellationToken token) => database.Write<IReadOnlyList<Job>>(
        session => Readable(session.All(
            $"""
            UPDATE chat_job SET held = 0, due_at = min($2, deadline_at), version = version + 1
            WHERE  id IN (SELECT id
                          FROM   (SELECT id, held, row_number() OVER (PARTITION BY tenant_id ORDER BY held, replay_id IS NOT NULL, id) AS place
                                  FROM   chat_job WHERE finished_at IS NULL)
                          WHERE  held AND place <= $1)
            RETURNING {SqliteJobRow.Columns}
            """,
            row => ReadOrSkip(row, session.Now), level, session.Now + dueIn)),
        token);

    public Task<IReadOnlyList<Conversation>> Conversations(string tenant, Guid? before, int limit, CancellationToken token) =>
        database.Read<IReadOnlyList<Conversation>>(
            session => session.All(
                """
                SELECT last.conversation_id, first.question,
                       (SELECT count(*) FROM chat_job WHERE tenant_id = $1 AND conversation_id = last.conversation_id),
                       first.accepted_at, last.accepted_at, last.id
                FROM   chat_job AS last
                JOIN   chat_job AS first ON first.id = (SELECT min(id) FROM chat_job WHERE tenant_id = $1 AND conversation_id = last.conversation_id)
                WHERE  last.tenant_id = $1 AND ($2 IS NULL OR last.id < $2)
                AND    NOT EXISTS (SELECT 1 FROM chat_job AS later
                                   WHERE  later.tenant_id = $1 AND later.conversation_id = last.conversation_id AND later.id > last.id)
                ORDER  BY last.id DESC LIMIT $3
                """,
                row => new Conversation(row.GetString(0), row.GetString(1), row.GetInt32(2), row.Time(3), row.Time(4), row.Id(5)),
                tenant, before, limit),
            token);

    public Task<int> DeleteConversation(string tenant, string conversation, CancellationToken token) => database.Write(
        session => session.Change("DELETE FROM chat_job WHERE tenant_id = $1 AND conversation_id = $2", tenant, conversation), token);

    public Task<int> CountFinished(TimeSpan within, CancellationToken token) => database.Read(
        session => (int)session.Number("SELECT count(*) FROM chat_job WHERE finished_at > $1", session.Now - within), token);

    public Task<int> DeleteFinished(string? tenant, TimeSpan age, int limit, CancellationToken token) => database.Write(
        session => session.Change(
            """
            DELETE FROM chat_job WHERE id IN
                (SELECT id FROM chat_job WHERE finished_at < $2 AND ($1 IS NULL OR tenant_id = $1) ORDER BY finished_at LIMIT $3)
            """,
            tenant, session.Now - age, limit),
        token);

    /// <summary>Returns the job that was submitted with the same key before, or a submission without a job.</summary>
    private static Submission Known(SqliteSession session, NewJob job) => job.IdempotencyKey is null
        ? default
        : session.All(
            $"SELECT {SqliteJobRow.Columns}, request_hash = $3 FROM chat_job WHERE tenant_id = $1 AND idempotency_key = $2",
            row => new Submission(
                SqliteJobRow.Read(row, session.Now), row.Flag(SqliteJobRow.Count) ? SubmissionOutcome.Repeated : SubmissionOutcome.KeyReused),
            job.Tenant, job.IdempotencyKey, job.RequestHash).FirstOrDefault();

    private static void Insert(SqliteSession session, NewJob job, Job created)
    {
        session.Change(
            """
            INSERT INTO chat_job (id, tenant_id, conversation_id, idempotency_key, request_hash, question, options, status, stage, attempt,
                                  first_attempt, held, pending, tool_result, degraded, earlier_ends, version, accepted_at, queued_at,
                                  deadline_at, due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '[]', $13, '[]', '[]', $14, $15, $16, $17, $18)
            """,
            created.Id, created.Tenant, created.ConversationId, job.IdempotencyKey, job.RequestHash, created.Question, Write(created.Options),
            Name(created.Status), Name(created.Stage), created.Attempt, created.FirstAttempt, created.Held, Write(created.Results), created.Version,
            created.AcceptedAt, created.QueuedAt, created.DeadlineAt, created.DueAt);
        if (created.Options.CallbackUrl is { } url)
            session.Change(
                "INSERT INTO webhook (job_id, tenant_id, url, status, attempt, tries, due_at) VALUES ($1, $2, $3, 'waiting', 0, 0, $4)",
                created.Id, created.Tenant, url, ToldBy(created));
    }

    /// <summary>By this time the webhook is due, even if the message about the job's end was lost.</summary>
    private static DateTimeOffset ToldBy(Job job) => job.DeadlineAt + TimeSpan.FromSeconds(5);

    private static bool IsAllowed(SqliteSession session, JobChange change) =>
        (!change.WaitsForConversation || session.Number(
            "SELECT count(*) FROM chat_job WHERE tenant_id = $1 AND conversation_id = $2 AND finished_at IS NULL AND id < $3",
            change.From.Tenant, change.From.ConversationId, change.From.Id) == 0)
        && change.Cites.All(document =>
            session.Number("SELECT count(*) FROM document WHERE id = $1 AND tenant_id = $2", document, change.From.Tenant) == 1);

    /// <returns>False if the row is gone or has another version.</returns>
    private static bool Update(SqliteSession session, JobChange change, Job to) => session.Change(
        """
        UPDATE chat_job
        SET    version = $3, status = $4, stage = $5, attempt = $6, first_attempt = $7, held = $8, claimed_by = $9, pending = $10, degraded = $11,
               error_code = $12, error_message = $13, replay_id = $14, plan = CASE WHEN $15 THEN plan ELSE $16 END,
               tool_result = coalesce($17, tool_result), answer = coalesce($18, answer), earlier_ends = coalesce($19, earlier_ends),
               queued_at = $20, started_at = $21, tools_at = $22, wave_at = $23, answer_at = $24, finished_at = $25, deadline_at = $26, due_at = $27
        WHERE  id = $1 AND version = $2
        """,
        to.Id, change.From.Version, to.Version, Name(to.Status), Name(to.Stage), to.Attempt, to.FirstAttempt, to.Held, to.ClaimedBy,
        Write(to.Pending.Select(tool => tool.Name).ToArray()), Write(to.Degraded), to.Error?.Code, to.Error?.Message, to.ReplayId,
        // Unchanged parts are not written again, because the row of an answer contains everything that the tools found.
        ReferenceEquals(change.From.Plan, to.Plan), ReferenceEquals(change.From.Plan, to.Plan) || to.Plan is null ? null : Write(to.Plan),
        ReferenceEquals(change.From.Results, to.Results) ? null : Write(to.Results), to.Answer is null ? null : Write(to.Answer),
        ReferenceEquals(change.From.EarlierEnds, to.EarlierEnds) ? null : Write(to.EarlierEnds),
        to.QueuedAt, to.StartedAt, to.ToolsAt, to.WaveAt, to.AnswerAt, to.FinishedAt, to.DeadlineAt, to.DueAt) == 1;

    private static WaitingJob? Successor(SqliteSession session, Job ended) => session.One(
        """
        SELECT id, attempt FROM chat_job
        WHERE  tenant_id = $1 AND conversation_id = $2 AND id > $3 AND finished_at IS NULL AND NOT held ORDER BY id LIMIT 1
        """,
        row => new WaitingJob(row.Id(0), row.GetInt32(1)), ended.Tenant, ended.ConversationId, ended.Id);

    private static Job? One(SqliteSession session, string sql, params ReadOnlySpan<object?> values) =>
        session.One(sql, row => SqliteJobRow.Read(row, session.Now), values);

    private static IReadOnlyList<Job> Readable(IEnumerable<Job?> jobs) => [.. jobs.OfType<Job>()];

    /// <summary>
    /// For statements that take rows of all tenants: skips a row that a newer program wrote, so that it does not block the others.
    /// </summary>
    private Job? ReadOrSkip(SqliteDataReader row, DateTimeOffset now)
    {
        try
        {
            return SqliteJobRow.Read(row, now);
        }
        catch (StoredFormatException error)
        {
            LogUnreadable(error.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem} The row is skipped until a program runs that can read it")]
    private partial void LogUnreadable(string problem);
}
