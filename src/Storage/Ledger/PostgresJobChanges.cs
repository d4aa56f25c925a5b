using Npgsql;
using NpgsqlTypes;
using static Navigator.Storage.Ledger.StoredJson;

namespace Navigator.Storage.Ledger;

/// <summary>Writes a group of changes with one UPDATE. The rules that decide the changes are in the job machine.</summary>
internal static class PostgresJobChanges
{
    /// <summary>
    /// $1 to $24 are arrays with one value for each change. NULL for a JSON part keeps the stored value. The last line of the WHERE rejects an
    /// answer that cites a document which is being deleted, because the deletion must also find and delete every answer that cites it.
    /// </summary>
    private const string Update =
        $$"""
        UPDATE chat_job
        SET    version = chat_job.version + 1,
               status = change.status, stage = change.stage, attempt = change.attempt, first_attempt = change.first_attempt,
               claimed_by = change.claimed_by, pending = change.pending::text[], degraded = change.degraded::text[],
               error_code = change.error_code, error_message = change.error_message, replay_id = change.replay_id, held = change.held,
               plan = CASE WHEN change.plan IS NULL THEN chat_job.plan ELSE nullif(change.plan::jsonb, 'null') END,
               tool_result = coalesce(change.tool_result::jsonb, chat_job.tool_result),
               answer = coalesce(change.answer::jsonb, chat_job.answer),
               earlier_ends = coalesce(change.earlier_ends::jsonb, chat_job.earlier_ends),
               queued_at  = CASE WHEN change.now &  1 <> 0 THEN now() ELSE chat_job.queued_at END,
               started_at = CASE WHEN change.now &  2 <> 0 THEN now() WHEN change.cleared &  2 = 0 THEN chat_job.started_at END,
               tools_at   = CASE WHEN change.now &  4 <> 0 THEN now() WHEN change.cleared &  4 = 0 THEN chat_job.tools_at END,
               wave_at    = CASE WHEN change.now &  8 <> 0 THEN now() WHEN change.cleared &  8 = 0 THEN chat_job.wave_at END,
               answer_at  = CASE WHEN change.now & 16 <> 0 THEN now() WHEN change.cleared & 16 = 0 THEN chat_job.answer_at END,
               finished_at = CASE WHEN change.ends THEN now() END,
               deadline_at = coalesce(now() + change.lifetime, chat_job.deadline_at),
               due_at = CASE WHEN change.ends THEN NULL
                             WHEN change.due_in IS NULL THEN chat_job.due_at
                             ELSE least(now() + change.due_in, now() + change.lifetime,
                                        CASE WHEN change.lifetime IS NULL THEN chat_job.deadline_at END) END
        FROM   unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[], $10::text[],
                      $11::text[], $12::uuid[], $13::bool[], $14::text[], $15::text[], $16::text[], $17::text[],
                      $18::int[], $19::int[], $20::interval[], $21::interval[], $22::bool[], $23::text[], $24::bool[])
               AS change (id, version, status, stage, attempt, first_attempt, claimed_by, pending, degraded, error_code, error_message,
                          replay_id, held, plan, tool_result, answer, earlier_ends, now, cleared, due_in,
                          lifetime, waits, cites, ends)
        -- Without the list of ids, a plan that was made while the table was small would scan the whole table later.
        WHERE  chat_job.id = ANY ($1) AND chat_job.id = change.id AND chat_job.version = change.version
        AND    (NOT change.waits OR NOT EXISTS
                   (SELECT FROM chat_job AS earlier
                    WHERE  earlier.tenant_id = chat_job.tenant_id AND earlier.conversation_id = chat_job.conversation_id
                    AND    earlier.finished_at IS NULL AND earlier.id < chat_job.id))
        AND    (change.cites IS NULL OR
                   (SELECT count(*) FROM (SELECT FROM document
                                          WHERE  document.tenant_id = chat_job.tenant_id AND document.id = ANY (change.cites::uuid[])
                                          FOR KEY SHARE) AS kept) = cardinality(change.cites::uuid[]))
        RETURNING chat_job.id, now(), CASE WHEN change.ends THEN {{JobRow.Successor}} END AS successor
        """;

    /// <summary>The same statement for jobs that are replayed: their webhooks are due again at their next end.</summary>
    private const string UpdateWithWebhooks =
        $"""
        WITH written AS ({Update}, chat_job.deadline_at, change.lifetime IS NOT NULL AS asked_again),
             hook AS (UPDATE webhook SET status = 'waiting', due_at = written.deadline_at + interval '5 s'
                      FROM written WHERE webhook.job_id = written.id AND written.asked_again)
        SELECT id, now, successor FROM written
        """;

    /// <returns>
    /// Each job as written; null if its row is gone or has another version, or if a condition of the change does not hold.
    /// </returns>
    public static async Task<IReadOnlyList<Job?>> Apply(NpgsqlDataSource database, IReadOnlyList<JobChange> changes)
    {
        // One change per row in a statement: a second change was decided on the same version, so it would be rejected anyway.
        // Ordered by id, so that two processes that change the same rows lock them in the same order.
        var first = changes.DistinctBy(change => change.From.Id).OrderBy(change => change.From.Id, UuidOrder.Instance).ToList();
        await using var command = database.For(
            first.Select(change => change.From.Tenant), first.Exists(change => change.RestartsDeadline) ? UpdateWithWebhooks : Update);
        T[] All<T>(Func<JobChange, T> value) => [.. first.Select(value)];
        command
            .With(All(change => change.From.Id))
            .With(All(change => change.From.Version))
            .With(All(change => Name(change.To.Status)))
            .With(All(change => Name(change.To.Stage)))
            .With(All(change => change.To.Attempt))
            .With(All(change => change.To.FirstAttempt))
            .With(All(change => change.To.ClaimedBy), Texts)
            .With(All(change => ArrayLiteral(change.To.Pending.Select(tool => tool.Name))), Texts)
            .With(All(change => ArrayLiteral(change.To.Degraded)), Texts)
            .With(All(change => change.To.Error?.Code), Texts)
            .With(All(change => change.To.Error?.Message), Texts)
            .With(All(change => change.To.ReplayId), NpgsqlDbType.Array | NpgsqlDbType.Uuid)
            .With(All(change => change.To.Held))
            .With(All(change => ReferenceEquals(change.From.Plan, change.To.Plan) ? null : change.To.Plan is { } plan ? Write(plan) : "null"), Texts)
            .With(All(change => ReferenceEquals(change.From.Results, change.To.Results) ? null : Write(change.To.Results)), Texts)
            .With(All(change => change.To.Answer is { } answer ? Write(answer) : null), Texts)
            .With(All(change => ReferenceEquals(change.From.EarlierEnds, change.To.EarlierEnds) ? null : Write(change.To.EarlierEnds)), Texts)
            .With(All(change => (int)change.Now))
            .With(All(change => (int)Cleared(change)))
            .With(All(change => change.DueIn), Intervals)
            .With(All(change => change.RestartsDeadline ? change.From.DeadlineAt - change.From.QueuedAt : (TimeSpan?)null), Intervals)
            .With(All(change => change.WaitsForConversation))
            .With(All(change => change.Cites.Count == 0 ? null : ArrayLiteral(change.Cites.Select(id => id.ToString()))), Texts)
            .With(All(change => change.Ends));
        var written = await command.All(
            row => (Id: row.GetGuid(0), Now: row.GetFieldValue<DateTimeOffset>(1), Successor: row.IsDBNull(2)
                ? null
                : Read<WaitingJob>(row.GetString(2))),
            CancellationToken.None);
        var byId = written.ToDictionary(row => row.Id);
        var taken = new HashSet<JobChange>(first, ReferenceEqualityComparer.Instance);
        return
        [
            .. changes.Select(change => taken.Contains(change) && byId.TryGetValue(change.From.Id, out var row)
                ? change.WrittenAt(row.Now) with { Successor = row.Successor }
                : null),
        ];
    }

    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Intervals = NpgsqlDbType.Array | NpgsqlDbType.Interval;

    /// <summary>Times that were set and that the change clears.</summary>
    private static JobTimes Cleared(JobChange change)
    {
        var (cleared, to) = (JobTimes.None, change.To);
        cleared |= to.StartedAt is null ? JobTimes.Started : JobTimes.None;
        cleared |= to.ToolsAt is null ? JobTimes.Tools : JobTimes.None;
        cleared |= to.WaveAt is null ? JobTimes.Wave : JobTimes.None;
        cleared |= to.AnswerAt is null ? JobTimes.Answer : JobTimes.None;
        return cleared;
    }

    /// <summary>PostgreSQL's array literal, because arrays of different lengths cannot be sent as one array parameter.</summary>
    private static string ArrayLiteral(IEnumerable<string> values) =>
        $$"""{{{string.Join(',', values.Select(value => $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"")}\""))}}}""";
}
