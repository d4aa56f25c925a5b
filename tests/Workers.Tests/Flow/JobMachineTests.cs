using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Tests.Flow;

public partial class JobMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly JobLimits Limits = Policies.With().Job;
    private static readonly JobPlan DocumentsOnly = Shipped.Plan("q", "en", ["q"], []);
    private static readonly JobPlan Both = Shipped.Plan("q", "en", ["q"], ["q"]);
    private static readonly JobAnswer Hello = new() { Text = "t", Language = "en", Model = "m", Citations = [] };

    [Fact]
    public void A_planned_job_is_sent_to_all_its_tools_at_once() =>
        Assert.Equal([new EmbedQuestion(Id, 1), new SearchWeb(Id, 1)], After(Claimed(JobStage.Intake), Planned(Both)));

    [Fact]
    public void The_tool_that_the_worker_goes_on_with_itself_is_not_sent() =>
        Assert.Equal([new SearchWeb(Id, 1)], After(Claimed(JobStage.Intake), Planned(Both) with { Inline = Tool.Documents }));

    [Fact]
    public void A_job_planned_without_tools_is_sent_to_the_answer() =>
        Assert.Equal([new ComposeAnswer(Id, 1)], After(Claimed(JobStage.Intake), Planned(Shipped.Plan("hello", "en", [], []))));

    [Fact]
    public void A_plan_without_a_lease_begins_the_job()
    {
        var planned = Written(Job(), Planned(DocumentsOnly) with { Worker = null });

        Assert.Equal((JobStatus.Running, JobStage.Tools, planned.Now), (planned.Status, planned.Stage, planned.StartedAt));
        Assert.Equal(Refusal.OtherWorker, Why(Claimed(JobStage.Intake), Planned(DocumentsOnly) with { Worker = null }));
    }

    [Fact]
    public void Only_the_last_tool_to_report_has_a_consequence()
    {
        var both = Running(JobStage.Tools, Tool.Documents, Tool.WebSearch);
        var documents = new JobEvent.ToolFinished(1, Tool.Documents, new DocumentsResult([], 1), null, null, Limits);

        Assert.Empty(After(both, documents));
        Assert.Equal(both.DueAt, Written(both, documents).DueAt);
        Assert.Equal([new ComposeAnswer(Id, 1)], After(Running(JobStage.Tools, Tool.Documents), documents));
        Assert.Empty(After(Running(JobStage.Tools, Tool.Documents), documents with { Inline = "w" }));
        Assert.Equal("w", Written(Running(JobStage.Tools, Tool.Documents), documents with { Inline = "w" }).ClaimedBy);
    }

    [Fact]
    public void An_end_never_changes()
    {
        foreach (var status in Enum.GetValues<JobStatus>().Where(status => status.IsFinished()))
            foreach (var (name, happened) in Events.Where(happened => happened.Name != "requeued"))
                Assert.Equal((name, Refusal.HasEnded), (name, Why(Ended(status), happened)));
    }

    [Fact]
    public void Only_what_failed_or_expired_is_asked_again_and_once_by_each_replay()
    {
        var requeued = new JobEvent.Requeued(Guid.NewGuid(), Limits);

        Assert.Empty(After(Ended(JobStatus.Failed), requeued));
        Assert.Equal([new PrepareQuestion(Id, 1)], After(Job(), requeued));
        Assert.Empty(After(Job() with { Held = true }, requeued));
        Assert.Equal(Refusal.IsRequeued, Why(Ended(JobStatus.Failed) with { ReplayId = requeued.Replay }, requeued));
        Assert.Equal(Refusal.HasEnded, Why(Ended(JobStatus.Answered), requeued));
        Assert.Equal(Refusal.HasNotFailed, Why(Claimed(JobStage.Answer), requeued));

        var again = Written(Ended(JobStatus.Expired), requeued);
        Assert.Equal((JobStatus.Queued, JobStage.Intake, 2, 1), (again.Status, again.Stage, again.Attempt, again.AttemptsUsed));
        Assert.Equal((again.Now + Limits.Deadline, again.Now), (again.DeadlineAt, again.QueuedAt));
        Assert.Equal((null, null, null, null), (again.Error, again.Plan, again.StartedAt, again.FinishedAt));
        Assert.Equal(JobStatus.Expired, Assert.Single(again.EarlierEnds).Status);
        Assert.Equal((true, again.DeadlineAt), (again.Held, again.DueAt));
        Assert.Equal((true, Job().DueAt), (Written(Job() with { Held = true }, requeued).Held, Written(Job() with { Held = true }, requeued).DueAt));
    }

    [Fact]
    public void Whoever_begins_or_sends_a_held_job_holds_it_no_longer()
    {
        var held = Job() with { Held = true };

        Assert.False(Written(held, new JobEvent.Claimed(1, JobStage.Intake, "w", false, Limits)).Held);
        Assert.False(Written(held, Planned(Both) with { Worker = null }).Held);
        Assert.False(Written(held, new JobEvent.BecameDue(Limits)).Held);
    }

    [Fact]
    public void After_an_end_the_next_of_the_conversation_and_the_webhook_follow()
    {
        var next = new WaitingJob(Guid.NewGuid(), 3);
        var job = Claimed(JobStage.Answer) with { Options = new JobOptions(false, null, null, "https://example.com/") };
        foreach (var happened in new JobEvent[] { new JobEvent.Answered(1, Hello, []), Failed, new JobEvent.Cancelled() })
        {
            var step = Assert.IsType<JobDecision.Step>(JobMachine.Decide(job, happened, Shipped.Tools));
            var written = step.Change.WrittenAt(job.Now);
            Assert.Equal([new DeliverWebhook(Id)], JobMachine.CommandsAfter(step, written, Shipped.Tools));
            Assert.Equal([new PrepareQuestion(next.Id, 3), new DeliverWebhook(Id)], JobMachine.CommandsAfter(
                step, written with { Successor = next }, Shipped.Tools));
        }
    }

    [Fact]
    public void A_question_of_a_conversation_waits_for_the_one_before_and_its_first_one_does_not()
    {
        var claimed = new JobEvent.Claimed(1, JobStage.Intake, "w", false, Limits);

        Assert.True(Change(Job(), claimed).WaitsForConversation);
        Assert.False(Change(Job() with { ConversationId = Id.ToString() }, claimed).WaitsForConversation);
        Assert.False(Change(Running(JobStage.Intake), claimed).WaitsForConversation);
        Assert.True(Change(Job(), Planned(Both) with { Worker = null }).WaitsForConversation);
    }

    [Fact]
    public void An_answer_names_the_documents_that_must_still_exist()
    {
        var (document, passage) = (Guid.NewGuid(), Guid.NewGuid());
        var citation = new JobCitation
        {
            Marker = 1,
            Kind = "document",
            Title = "t",
            Quote = "q",
            Score = 1,
            DocumentId = document,
            PassageId = passage
        };

        Assert.Equal([document], Change(Claimed(JobStage.Answer),
            new JobEvent.Answered(1, Hello with { Citations = [citation, citation] }, [])).Cites);
    }

    [Fact]
    public void A_second_wave_is_for_a_first_that_found_nothing_good_enough_and_only_while_there_is_time()
    {
        var second = Shipped.Wave(["other words"], ["web"]);
        var job = Running(JobStage.Answer) with { Plan = DocumentsOnly with { Second = second } };
        var poor = job with { Results = new ToolResults().With(Tool.Documents, new DocumentsResult([Passage], 1) { Fits = false }) };

        Assert.Equal(2, Again(poor)!.Wave);
        Assert.Equal(second, Again(poor)!.Queries());
        Assert.NotNull(Again(job));
        Assert.Null(Again(poor with { Plan = poor.Plan! with { Wave = 2 } }));
        Assert.Null(Again(poor with { Plan = poor.Plan! with { Second = null } }));
        Assert.Null(Again(poor with { Now = poor.DeadlineAt - Limits.Wave }));
        Assert.Null(Again(poor with { Stage = JobStage.Tools }));
        Assert.Null(Again(poor with { Results = new ToolResults().With(Tool.Documents, new DocumentsResult([Passage], 1)) }));
        Assert.Null(Again(
            poor with { Results = new ToolResults().With(Tool.WebSearch, new WebSearchResult([new FoundPage("u", "t", "c", 1)], 1)) }));
    }

    [Fact]
    public void A_second_wave_wears_out_no_worker_and_all_that_it_asks_may_be_missed()
    {
        var plan = DocumentsOnly with { Wave = 2, Second = Shipped.Wave(["o"], ["w"]) };
        var wave = Written(Claimed(JobStage.Answer), new JobEvent.WaveStarted(1, plan, Limits));

        Assert.Equal((JobStage.Tools, 2, 1, null), (wave.Stage, wave.Attempt, wave.AttemptsUsed, wave.ClaimedBy));
        Assert.Equal(wave.Now + Limits.Wave, wave.DueAt);
        var skipped = Written(wave with { Now = wave.DueAt!.Value }, Due);
        Assert.Equal((JobStage.Answer, 2), (skipped.Stage, skipped.Degraded.Count));
    }

    [Fact]
    public void The_deadline_comes_before_everything_else()
    {
        foreach (var (name, job) in States.Where(state => !state.Job.Status.IsFinished()))
        {
            var late = Written(job with { Now = job.DeadlineAt }, Due);
            Assert.Equal((name, JobStatus.Expired, "deadline_exceeded"), (name, late.Status, late.Error!.Code));
        }
        Assert.Equal(Refusal.DeadlinePassed,
            Why(Job() with { Now = Job().DeadlineAt }, new JobEvent.Claimed(1, JobStage.Intake, "w", false, Limits)));
    }

    [Fact]
    public void A_lease_that_ran_out_is_a_new_attempt_until_there_were_too_many()
    {
        var held = Claimed(JobStage.Answer);

        var lost = Written(held, Due);
        Assert.Equal((2, null, JobStage.Answer), (lost.Attempt, lost.ClaimedBy, lost.Stage));
        Assert.Equal([new ComposeAnswer(Id, 2)], After(held, Due));
        Assert.Equal("attempts_exhausted", Written(held with { Attempt = Limits.Attempts }, Due).Error!.Code);
        Assert.Equal(2, Written(held with { FirstAttempt = Limits.Attempts, Attempt = Limits.Attempts }, Due).Attempt - Limits.Attempts + 1);
    }

    [Fact]
    public void A_message_delivered_again_takes_the_lease_over_while_attempts_are_left()
    {
        var again = new JobEvent.Claimed(1, JobStage.Answer, "other", TakesOver: true, Limits);

        Assert.Equal(("other", 2), (Written(Claimed(JobStage.Answer), again).ClaimedBy, Written(Claimed(JobStage.Answer), again).Attempt));
        Assert.Equal(Refusal.OtherWorker, Why(Claimed(JobStage.Answer), again with { TakesOver = false }));
        Assert.Equal(
            Refusal.AttemptsUsed, Why(Claimed(JobStage.Answer) with { Attempt = Limits.Attempts }, again with { Attempt = Limits.Attempts }));
    }

    [Fact]
    public void When_the_wave_is_over_only_optional_tools_are_skipped()
    {
        var both = Running(JobStage.Tools, Tool.Documents, Tool.WebSearch);

        var skipped = Written(both, Due);
        Assert.Equal([Tool.Documents], skipped.Pending);
        Assert.Equal(["web_search: no result in time"], skipped.Degraded);
        Assert.Empty(After(both, Due));
        Assert.Equal([new EmbedQuestion(Id, 1)], After(Running(JobStage.Tools, Tool.Documents), Due));
    }

    [Fact]
    public void A_message_that_no_worker_took_is_sent_again_less_and_less_often()
    {
        var (job, sends) = (Job(), 0);
        for (var at = Start + Limits.EnqueueGrace; at < job.DeadlineAt; sends++)
            at += Change(job with { Now = at }, Due).DueIn!.Value;

        Assert.InRange(sends, 2, 4);
    }

    [Fact]
    public void The_wave_ends_early_only_when_there_is_something_to_skip()
    {
        Assert.Equal(Limits.Wave, Change(Claimed(JobStage.Intake), Planned(Both)).DueIn);
        Assert.Equal(Limits.EnqueueGrace, Change(Claimed(JobStage.Intake), Planned(DocumentsOnly)).DueIn);
    }

    [Fact]
    public void An_older_attempt_changes_nothing()
    {
        foreach (var (_, job) in States.Where(state => !state.Job.Status.IsFinished()))
            foreach (var (name, happened) in Events.Where(happened => happened.Name is not ("cancelled" or "became due" or "requeued")))
                Assert.Equal((name, Refusal.StaleAttempt), (name, Why(job with { Attempt = 2 }, happened)));
    }

    /// <summary>Every event in every state, as docs/job-states.md shows it. NAVIGATOR_WRITE_DOCS=1 writes it anew.</summary>
    [Fact]
    public void The_table_of_states_and_events_in_the_documentation_is_what_the_machine_does()
    {
        var table = string.Join('\n',
        [
            $"| | {string.Join(" | ", Events.Select(happened => happened.Name))} |",
            $"|---|{string.Concat(Events.Select(_ => "---|"))}",
            .. States.Select(state => $"| **{state.Name}** | {string.Join(" | ", Events.Select(happened => Cell(state.Job, happened.Event)))} |"),
        ]);
        var path = Path.Combine(Servers.ServerSet.Root, "docs", "job-states.md");
        var page = File.ReadAllText(path);
        const string From = "<!-- states and events: generated -->\n", To = "\n<!-- end -->";
        var (start, end) = (page.IndexOf(From, StringComparison.Ordinal) + From.Length, page.IndexOf(To, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("NAVIGATOR_WRITE_DOCS") is "1")
            File.WriteAllText(path, page[..start] + table + page[end..]);
        else
            Assert.Equal(table, page[start..end]);
    }

    private static string Cell(Job job, JobEvent happened)
    {
        if (JobMachine.Decide(job, happened, Shipped.Tools) is not JobDecision.Step step)
            return "–";
        var written = step.Change.WrittenAt(job.Now);
        var commands = JobMachine.CommandsAfter(step, written, Shipped.Tools).Select(command => command.GetType().Name).ToList();
        var attempt = written.Attempt > job.Attempt ? ", attempt + 1" : "";
        return $"{Describe(written)}{attempt}{(commands.Count > 0 ? $" → {string.Join(", ", commands)}" : "")}";
    }

    private static string Describe(Job job)
    {
        if (job.Status.IsFinished() || job.Status == JobStatus.Queued)
            return job.Status.ToString().ToLowerInvariant();
        var pending = job.Pending.Count > 0 ? $" ({job.Pending.Count} pending)" : "";
        return $"{job.Stage.ToString().ToLowerInvariant()}{(job.ClaimedBy is null ? "" : ", claimed")}{pending}";
    }

    private static readonly (string Name, Job Job)[] States =
    [
        ("queued", Job()),
        ("intake, claimed", Claimed(JobStage.Intake)),
        ("intake, worker lost", Running(JobStage.Intake)),
        ("tools, both pending", Running(JobStage.Tools, Tool.Documents, Tool.WebSearch)),
        ("tools, documents pending", Running(JobStage.Tools, Tool.Documents)),
        ("answer", Running(JobStage.Answer)),
        ("answer, claimed", Claimed(JobStage.Answer)),
        ("answered", Ended(JobStatus.Answered)),
        ("failed", Ended(JobStatus.Failed)),
    ];

    private static readonly JobEvent.BecameDue Due = new(Limits);
    private static readonly JobEvent.Ended Failed = new(1, JobStatus.Failed, new ChatError("c", "m"));

    private static readonly (string Name, JobEvent Event)[] Events =
    [
        ("intake claimed", new JobEvent.Claimed(1, JobStage.Intake, "w", false, Limits)),
        ("answer claimed", new JobEvent.Claimed(1, JobStage.Answer, "w", false, Limits)),
        ("lease renewed", new JobEvent.LeaseRenewed(1, "w", Limits)),
        ("planned", Planned(Both)),
        ("wave started", new JobEvent.WaveStarted(1, Both with { Wave = 2, Second = Shipped.Wave(["q"], ["q"]) }, Limits)),
        ("documents reported", new JobEvent.ToolFinished(1, Tool.Documents, new DocumentsResult([], 1), null, null, Limits)),
        ("answered", new JobEvent.Answered(1, Hello, [])),
        ("ended by a worker", Failed),
        ("cancelled", new JobEvent.Cancelled()),
        ("became due", Due),
        ("requeued", new JobEvent.Requeued(Guid.Empty, Limits)),
    ];

    private static readonly Guid Id = Guid.NewGuid();
    private static readonly FoundPassage Passage = new(Guid.NewGuid(), Guid.NewGuid(), 0.5, null);

    private static JobEvent.Planned Planned(JobPlan plan) => new(1, "w", plan, [], null, Limits);

    private static JobPlan? Again(Job job) => JobMachine.SecondWave(job, Limits, Shipped.Tools);

    private static JobChange Change(Job job, JobEvent happened) =>
        Assert.IsType<JobDecision.Step>(JobMachine.Decide(job, happened, Shipped.Tools)).Change;

    private static Job Written(Job job, JobEvent happened) => Change(job, happened).WrittenAt(job.Now);

    private static IReadOnlyList<Command> After(Job job, JobEvent happened) =>
        JobMachine.CommandsAfter(
            Assert.IsType<JobDecision.Step>(JobMachine.Decide(job, happened, Shipped.Tools)), Written(job, happened), Shipped.Tools);

    private static Refusal Why(Job job, JobEvent happened) =>
        Assert.IsType<JobDecision.Refused>(JobMachine.Decide(job, happened, Shipped.Tools)).Why;

    private static Job Claimed(JobStage stage) => Running(stage) with { ClaimedBy = "w" };

    private static Job Running(JobStage stage, params Tool[] pending) => Job() with
    {
        Status = JobStatus.Running,
        Stage = stage,
        Pending = pending,
        StartedAt = Start,
        Plan = stage == JobStage.Intake ? null : Both,
    };

    private static Job Ended(JobStatus status) => Job() with
    {
        Status = status,
        Stage = JobStage.Answer,
        FinishedAt = Start,
        DueAt = null,
        Plan = Both,
        Error = status is JobStatus.Answered or JobStatus.Cancelled ? null : new ChatError("c", "m"),
    };

    private static Job Job() => new()
    {
        Id = Id,
        Tenant = "a",
        ConversationId = "c",
        Question = "q",
        Options = new JobOptions(true, null),
        Status = JobStatus.Queued,
        Stage = JobStage.Intake,
        Attempt = 1,
        Version = 1,
        AcceptedAt = Start,
        QueuedAt = Start,
        DeadlineAt = Start + Limits.Deadline,
        DueAt = Start + TimeSpan.FromSeconds(5),
        Now = Start + TimeSpan.FromSeconds(1),
    };
}
