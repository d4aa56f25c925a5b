using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Servers;
using Navigator.Storage;
using Navigator.Storage.Ledger;
using Navigator.Storage.Sqlite;

namespace Navigator.Workers.Tests.Flow;

/// <summary>
/// Thousands of histories of a few jobs, each from its own seed: messages lost, doubled, late and out of order, workers that
/// die between any two steps, second waves, jobs of one conversation, cancels and replays at any moment. Whatever happens, every job
/// ends once, in time, and none is begun before the one that it follows has ended.
/// </summary>
public class InterleavingTests
{
    [Fact]
    public void Every_job_ends_once_and_in_time_and_once_more_after_each_replay() =>
        Prop.ForAll(Seeds.All, seed => new History(seed).Run()).Check(
            Config.QuickThrowOnFailure.WithMaxTest(Lane.IsQuick ? 150 : 10_000).WithParallelRunConfig(Seeds.OnAllProcessors));

    [Fact]
    public void So_it_is_on_the_ledger_of_embedded_mode()
    {
        for (var seed = 0; seed < (Lane.IsQuick ? 10 : 50); seed++)
        {
            var clock = new FakeTimeProvider();
            using var database = SqliteDatabase.InMemory(clock, new SqliteLimits(64, 1, TimeSpan.FromSeconds(20), 1));
            new History(seed, clock, new SqliteJobLedger(database, NullLogger<SqliteJobLedger>.Instance)).Run();
        }
    }

    [Fact]
    public void Without_the_sweeper_some_jobs_never_end()
    {
        // The check of the check: what the property above holds to must be able to fail.
        var lost = Enumerable.Range(0, 50).Count(seed => !new History(seed) { Sweeps = false }.AllEnded());
        Assert.True(lost > 10, $"only {lost} of 50 histories lost a job");
    }

    [Fact]
    public void The_histories_hold_second_waves()
    {
        var seen = Enumerable.Range(0, 50).Sum(seed =>
        {
            var history = new History(seed);
            history.AllEnded();
            return history.Waves;
        });
        Assert.True(seen > 20, $"only {seen} second waves in 50 histories");
    }

    private sealed class History
    {
        private static readonly JobLimits Limits = Policies.With().Job;

        private readonly Random random;
        private readonly FakeTimeProvider clock;
        private readonly IJobLedger ledger;
        private readonly JobTransitions transitions;
        private readonly FairShare share;
        private readonly List<Command> bus = [];
        private readonly Dictionary<Guid, Job> ends = [];
        private readonly List<Job> jobs = [];
        private DateTimeOffset last;
        private int waves;

        public History(int seed) : this(seed, new FakeTimeProvider())
        {
        }

        private History(int seed, FakeTimeProvider clock) : this(seed, clock, new RowsInMemory(clock))
        {
        }

        public History(int seed, FakeTimeProvider clock, IJobLedger ledger)
        {
            (random, this.clock, this.ledger) = (new Random(seed), clock, ledger);
            var policy = Policies.Live(("Admission:TenantUnfinished", "100"), ("Admission:UnderWay", "2"));
            share = new FairShare(policy);
            transitions = new JobTransitions(ledger, Send, share, policy, Shipped.Tools, NullLogger<JobTransitions>.Instance);
        }

        public bool Sweeps { get; init; } = true;

        public void Run()
        {
            Assert.True(AllEnded(), "a job did not end by its deadline");
            Assert.All(ends.Values, job => Assert.InRange(job.AttemptsUsed, 1, Limits.Attempts));
            Assert.All(ends.Values, job => Assert.True(job.FinishedAt <= job.DeadlineAt + TimeSpan.FromSeconds(1)));
        }

        public int Waves => waves;

        public bool AllEnded()
        {
            for (var i = 0; i < 3; i++)
                jobs.Add(Do(transitions.Submit("a", random.Next(3) == 0
                    ? null
                    : "c", "q", new JobOptions(true, null), null, null, [], default)).Job!);
            last = jobs.Max(job => job.DeadlineAt) + TimeSpan.FromSeconds(1);
            for (var step = 0; step < 150; step++)
            {
                Step();
                Look();
            }
            // Whatever is still open now is left to the sweeper alone: every message is lost, every worker gone.
            while (clock.GetUtcNow() < last)
            {
                clock.Advance(UntilNextDue());
                Sweep();
                Look();
            }
            return ends.Count == jobs.Count;
        }

        /// <summary>Time without a sweeper; it ends when a job must expire.</summary>
        private void Pass(TimeSpan time)
        {
            var left = Open.Min(job => (TimeSpan?)(job.DeadlineAt - job.Now)) ?? time;
            clock.Advance(left < time ? TimeSpan.FromTicks(Math.Max(0, left.Ticks)) : time);
        }

        private IEnumerable<Job> Open => jobs.Select(job => Do(ledger.Find("a", job.Id, default))!).Where(job => !job.Status.IsFinished());

        /// <summary>Nothing happens before the next job is due, and the sweeper looks every 250 ms.</summary>
        private TimeSpan UntilNextDue()
        {
            var next = Open.Min(job => job.DueAt) ?? last;
            var wait = (next < last ? next : last) - clock.GetUtcNow();
            return TimeSpan.FromMilliseconds(250 * Math.Max(1, Math.Ceiling(wait / TimeSpan.FromMilliseconds(250))));
        }

        private void Step()
        {
            switch (random.Next(10))
            {
                case < 6 when bus.Count > 0:
                    var message = bus[random.Next(bus.Count)];
                    if (random.Next(5) > 0)
                        bus.Remove(message);
                    Deliver(message, redelivered: random.Next(4) == 0);
                    break;
                case 6:
                    Pass(TimeSpan.FromMilliseconds(random.Next(6_000)));
                    break;
                case 8 when random.Next(4) == 0:
                    Replay(jobs[random.Next(jobs.Count)].Id);
                    break;
                case 7 when random.Next(8) == 0:
                    Do(transitions.Cancel("a", jobs[random.Next(jobs.Count)].Id, default));
                    break;
                default:
                    clock.Advance(TimeSpan.FromMilliseconds(250));
                    Sweep();
                    break;
            }
        }

        /// <summary>What an operator may do to a job that failed or expired: its end is taken back, once.</summary>
        private void Replay(Guid id)
        {
            var job = Do(ledger.Find("a", id, default))!;
            if (job.Status is not (JobStatus.Failed or JobStatus.Expired))
                return;
            var replay = Guid.NewGuid();
            Assert.True(Do(transitions.Requeue(job, replay, default)));
            // A process that stopped before it moved the replay's cursor sees the job again: nothing more happens to it.
            var requeued = Do(ledger.Find("a", id, default))!;
            Assert.True(Do(transitions.Requeue(requeued, replay, default)));
            Assert.Equal(requeued.Version, Do(ledger.Find("a", id, default))!.Version);
            ends.Remove(id);
            last = requeued.DeadlineAt + TimeSpan.FromSeconds(1) > last ? requeued.DeadlineAt + TimeSpan.FromSeconds(1) : last;
        }

        /// <summary>What a worker does with a message; it may die before each of its steps.</summary>
        private void Deliver(object message, bool redelivered)
        {
            switch (message)
            {
                case PrepareQuestion m when Begin(m, redelivered) is { } job && Lives():
                    Assert.DoesNotContain(
                        jobs.Where(other => UuidOrder.Instance.Compare(other.Id, job.Id) < 0 && other.ConversationId == job.ConversationId
                            && job.AttemptsUsed == 1),
                        other => !ends.ContainsKey(other.Id) && !Do(ledger.Find("a", other.Id, default))!.Status.IsFinished());
                    var plan = random.Next(4) switch
                    {
                        0 => Shipped.Plan("q", "en", [], []),
                        1 => Shipped.Plan("q", "en", ["q"], []),
                        _ =>
                        Shipped.Plan("q", "en", ["q"], ["q"])
                    };
                    plan = plan with
                    {
                        Second = random.Next(4) switch
                        {
                            0 => Shipped.Wave(["other"], []),
                            1 => Shipped.Wave(["other"], ["web"]),
                            2 =>
                            Shipped.Wave([], ["web"]),
                            _ => null
                        },
                    };
                    if (random.Next(20) == 0)
                        Do(transitions.End(job, JobStatus.Refused, new ChatError("c", "m"), default));
                    else
                        Embed(Do(transitions.Plan(job, plan, [], random.Next(2) == 0 ? Tool.Documents : null, default)));
                    break;
                case EmbedQuestion m when Pending(m.JobId, m.Attempt, Tool.Documents) is { } job && Lives():
                    if (random.Next(20) == 0)
                        Do(transitions.Fail(job, Tool.Documents, new ChatError("c", "m"), default));
                    else
                        Do(Send([new RetrievePassages(job.Id, job.Attempt, "m", [])], default));
                    break;
                case RetrievePassages m when Pending(m.JobId, m.Attempt, Tool.Documents) is { } job && Lives():
                    Retrieve(job);
                    break;
                case SearchWeb m when Pending(m.JobId, m.Attempt, Tool.WebSearch) is { } job && Lives():
                    if (random.Next(2) == 0)
                        GoOn(Do(transitions.Finish(job, Tool.WebSearch, new WebSearchResult([], 1), Inline(), default)));
                    else
                        Do(transitions.Skip(job, Tool.WebSearch, "down", default));
                    break;
                case ComposeAnswer m when Claim(m.JobId, m.Attempt, JobStage.Answer, redelivered) is { } job && Lives():
                    Compose(job);
                    break;
            }
        }

        private void Retrieve(Job job) =>
            GoOn(Do(transitions.Finish(job, Tool.Documents, new DocumentsResult([], 1) { Fits = random.Next(2) == 0 }, Inline(), default)));

        /// <summary>The worker that planned goes on with the documents itself, and may die; where it does not, the message does no harm.</summary>
        private void Embed(Job? planned)
        {
            if (planned is { Stage: JobStage.Tools } job && job.Pending.Contains(Tool.Documents) && random.Next(2) == 0 && Lives())
                Retrieve(job);
        }

        private void Compose(Job job)
        {
            if (JobMachine.SecondWave(job, Limits, Shipped.Tools) is { } again)
            {
                waves++;
                Do(transitions.StartWave(job, again, default));
                return;
            }
            Pass(TimeSpan.FromMilliseconds(random.Next(2_000)));
            Do(transitions.Answer(job, new JobAnswer { Text = "t", Language = "en", Model = "m", Citations = [] }, [], default));
        }

        /// <summary>Now and then a worker has room to go on itself.</summary>
        private string? Inline() => random.Next(2) == 0 ? "inline" : null;

        /// <summary>What it does then; it may die with the lease.</summary>
        private void GoOn(Job? reported)
        {
            if (reported is { ClaimedBy: not null } && Lives())
                Compose(reported);
        }

        /// <summary>A send may be lost, or arrive twice.</summary>
        private Task Send(IReadOnlyList<Command> commands, CancellationToken token)
        {
            foreach (var command in commands)
                for (var copies = random.Next(6) switch { 0 => 0, 1 => 2, _ => 1 }; copies > 0; copies--)
                    bus.Add(command);
            return Task.CompletedTask;
        }

        private void Sweep()
        {
            if (!Sweeps)
                return;
            foreach (var job in Do(ledger.TakeDue(100, TimeSpan.FromSeconds(2), default)))
            {
                // A sweeper may die too, after it took what is due: the next one takes it when the guard is over.
                if (random.Next(20) > 0 || job.Now >= job.DeadlineAt)
                    Do(transitions.WhenDue(job, default));
            }
            Do(transitions.SendReleased(Do(ledger.Release(share.Level, Limits.EnqueueGrace, default))));
        }

        /// <summary>An end that was seen never changes.</summary>
        private void Look()
        {
            foreach (var id in jobs.Select(job => job.Id))
            {
                var job = Do(ledger.Find("a", id, default))!;
                if (ends.TryGetValue(id, out var end))
                    Assert.Equal((end.Status, end.Version, end.FinishedAt), (job.Status, job.Version, job.FinishedAt));
                else if (job.Status.IsFinished())
                    ends.Add(id, job);
                else
                    Assert.NotNull(job.DueAt);
            }
        }

        /// <summary>Intake that asks no model takes no lease on a question that waits for no other.</summary>
        private Job? Begin(PrepareQuestion message, bool redelivered) =>
            Do(ledger.Read(message.JobId, default)) is { Status: JobStatus.Queued, Stage: JobStage.Intake, StartsConversation: true } job
                && job.Attempt == message.Attempt && random.Next(2) == 0
                ? job
                : Claim(message.JobId, message.Attempt, JobStage.Intake, redelivered);

        private Job? Claim(Guid id, int attempt, JobStage stage, bool redelivered) =>
            Do(transitions.Claim(Do(ledger.Read(id, default))!, attempt, stage, "w", redelivered, default));

        private Job? Pending(Guid id, int attempt, Tool tool) => Do(ledger.Read(id, default)) is { } job && job.WaitsFor(tool, attempt) ? job : null;

        private bool Lives() => random.Next(6) > 0;

        /// <summary>A ledger in memory completes at once: a history is one thread of events.</summary>
        private static T Do<T>(Task<T> task)
        {
            Assert.True(task.IsCompletedSuccessfully);
            return task.Result;
        }

        private static void Do(Task task) => Assert.True(task.IsCompletedSuccessfully, task.Exception?.ToString());
    }
}
