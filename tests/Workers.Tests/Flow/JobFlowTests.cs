using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Tests.Flow;

public class JobFlowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly JobLimits Limits = Policies.With().Job;

    [Fact]
    public void An_accepted_job_is_sent_to_intake() =>
        Assert.Equal([new AnswerQuestion(Id, 1)], JobFlow.After(Job(), JobEvent.Accepted));

    [Fact]
    public void A_planned_job_is_sent_to_all_its_tools_at_once() =>
        Assert.Equal(
            [new EmbedQuestion(Id, 1), new SearchWeb(Id, 1)],
            JobFlow.After(Job(JobStatus.Running, JobStage.Tools, Tool.Documents, Tool.WebSearch), JobEvent.Planned));

    [Fact]
    public void A_job_planned_without_tools_is_sent_to_the_answer() =>
        Assert.Equal([new ComposeAnswer(Id, 1)], JobFlow.After(Job(JobStatus.Running, JobStage.Answer), JobEvent.Planned));

    [Fact]
    public void Only_the_last_tool_to_report_has_a_consequence()
    {
        Assert.Empty(JobFlow.After(Job(JobStatus.Running, JobStage.Tools, Tool.WebSearch), JobEvent.ToolFinished));
        Assert.Equal([new ComposeAnswer(Id, 1)], JobFlow.After(Job(JobStatus.Running, JobStage.Answer), JobEvent.ToolFinished));
    }

    [Fact]
    public void Nothing_follows_an_end()
    {
        foreach (var status in Enum.GetValues<JobStatus>().Where(status => status.IsFinished()))
            foreach (var stage in Enum.GetValues<JobStage>())
                foreach (var happened in Enum.GetValues<JobEvent>())
                    Assert.Empty(JobFlow.After(Job(status, stage), happened));
    }

    [Fact]
    public void After_an_end_whoever_waited_for_it_has_its_turn()
    {
        var next = new WaitingJob(Guid.NewGuid(), 3, true);

        foreach (var status in Enum.GetValues<JobStatus>().Where(status => status.IsFinished()))
            Assert.Equal([new AnswerQuestion(next.Id, 3)], JobFlow.After(Job(status, JobStage.Answer) with { Successor = next }, JobEvent.Ended));
    }

    [Fact]
    public void After_an_end_whoever_wanted_to_be_told_of_it_is()
    {
        var next = new WaitingJob(Guid.NewGuid(), 3, true);
        foreach (var status in Enum.GetValues<JobStatus>().Where(status => status.IsFinished()))
        {
            var job = Job(status, JobStage.Answer) with { Options = new JobOptions(false, null, null, "https://example.com/") };
            Assert.Equal([new DeliverWebhook(job.Id)], JobFlow.After(job, JobEvent.Ended));
            Assert.Equal([new AnswerQuestion(next.Id, 3), new DeliverWebhook(job.Id)], JobFlow.After(job with { Successor = next }, JobEvent.Ended));
        }
    }

    [Fact]
    public void A_second_wave_is_for_a_first_that_found_nothing_good_enough_and_only_while_there_is_time()
    {
        var second = new WaveQueries(["other words"], ["web"]);
        var job = Job(JobStatus.Running, JobStage.Answer) with { Plan = new JobPlan("q", "en", ["q"], []) { Second = second } };
        var poor = job with { Results = new ToolResults { Documents = new DocumentsResult([Passage], 1) { Fits = false } } };

        Assert.Equal(2, JobFlow.SecondWave(poor, Limits)!.Wave);
        Assert.Equal(second, JobFlow.SecondWave(poor, Limits)!.Queries());
        Assert.NotNull(JobFlow.SecondWave(job, Limits));
        Assert.Null(JobFlow.SecondWave(poor with { Plan = poor.Plan! with { Wave = 2 } }, Limits));
        Assert.Null(JobFlow.SecondWave(poor with { Plan = poor.Plan! with { Second = null } }, Limits));
        Assert.Null(JobFlow.SecondWave(poor with { Now = poor.DeadlineAt - Limits.Wave }, Limits));
        Assert.Null(JobFlow.SecondWave(poor with { Stage = JobStage.Tools }, Limits));
        Assert.Null(JobFlow.SecondWave(poor with { Results = new ToolResults { Documents = new DocumentsResult([Passage], 1) } }, Limits));
        Assert.Null(JobFlow.SecondWave(poor with { Results = new ToolResults { WebSearch = new WebSearchResult([new FoundPage("u", "t", "c", 1)], 1) } }, Limits));
    }

    [Fact]
    public void All_that_a_second_wave_asks_may_be_missed()
    {
        var wave = Job(JobStatus.Running, JobStage.Tools, Tool.Documents, Tool.WebSearch);
        wave = wave with { Plan = new JobPlan("q", "en", ["q"], []) { Wave = 2, Second = new WaveQueries(["o"], ["w"]) } };

        Assert.Equal([Tool.Documents, Tool.WebSearch], Assert.IsType<DueStep.SkipTools>(JobFlow.WhenDue(wave, Limits)).Tools);
        Assert.Equal(Limits.Wave, JobFlow.WaveOf(wave.Plan!, Limits));
    }

    [Fact]
    public void The_deadline_comes_before_everything_else()
    {
        foreach (var job in Unfinished())
            Assert.Equal("deadline_exceeded", Assert.IsType<DueStep.Expire>(JobFlow.WhenDue(job with { Now = job.DeadlineAt }, Limits)).Error.Code);
    }

    [Fact]
    public void A_lease_that_ran_out_is_a_new_attempt_until_there_were_too_many()
    {
        var held = Job(JobStatus.Running, JobStage.Answer) with { ClaimedBy = "w" };

        Assert.IsType<DueStep.StartAttempt>(JobFlow.WhenDue(held, Limits));
        Assert.Equal("attempts_exhausted", Assert.IsType<DueStep.GiveUp>(JobFlow.WhenDue(held with { Attempt = Limits.Attempts }, Limits)).Error.Code);
    }

    [Fact]
    public void A_replay_begins_to_count_lost_workers_anew()
    {
        var replayed = Job(JobStatus.Running, JobStage.Intake) with { ClaimedBy = "w", FirstAttempt = Limits.Attempts + 1, Attempt = Limits.Attempts + 1 };

        Assert.IsType<DueStep.StartAttempt>(JobFlow.WhenDue(replayed, Limits));
        Assert.IsType<DueStep.GiveUp>(JobFlow.WhenDue(replayed with { Attempt = 2 * Limits.Attempts }, Limits));
    }

    [Fact]
    public void A_replayed_job_is_sent_to_intake() =>
        Assert.Equal([new AnswerQuestion(Id, 4)], JobFlow.After(Job() with { Attempt = 4, FirstAttempt = 4 }, JobEvent.Replayed));

    [Fact]
    public void When_the_wave_is_over_only_optional_tools_are_skipped()
    {
        var both = Job(JobStatus.Running, JobStage.Tools, Tool.Documents, Tool.WebSearch);
        var documents = Job(JobStatus.Running, JobStage.Tools, Tool.Documents);

        Assert.Equal([Tool.WebSearch], Assert.IsType<DueStep.SkipTools>(JobFlow.WhenDue(both, Limits)).Tools);
        Assert.Equal([new EmbedQuestion(Id, 1)], Assert.IsType<DueStep.SendAgain>(JobFlow.WhenDue(documents, Limits)).Messages);
    }

    [Fact]
    public void A_message_that_nobody_took_is_sent_again_less_and_less_often()
    {
        var job = Job();
        var sends = 0;
        for (var at = Start + Limits.EnqueueGrace; at < job.DeadlineAt; sends++)
            at += Assert.IsType<DueStep.SendAgain>(JobFlow.WhenDue(job with { Now = at }, Limits)).LookAgainIn;

        Assert.InRange(sends, 2, 4);
    }

    [Fact]
    public void The_wave_ends_early_only_when_there_is_something_to_skip()
    {
        Assert.Equal(Limits.Wave, JobFlow.WaveOf(new JobPlan("q", "en", ["q"], ["q"]), Limits));
        Assert.Equal(Limits.EnqueueGrace, JobFlow.WaveOf(new JobPlan("q", "en", ["q"], []), Limits));
    }

    private static readonly Guid Id = Guid.NewGuid();
    private static readonly FoundPassage Passage = new(Guid.NewGuid(), Guid.NewGuid(), 0.5, null);

    private static IEnumerable<Job> Unfinished() =>
        from stage in Enum.GetValues<JobStage>()
        from claimed in new[] { null, "w" }
        select Job(claimed is null && stage == JobStage.Intake ? JobStatus.Queued : JobStatus.Running, stage, stage == JobStage.Tools ? [Tool.Documents] : [])
            with { ClaimedBy = stage == JobStage.Tools ? null : claimed };

    private static Job Job(JobStatus status = JobStatus.Queued, JobStage stage = JobStage.Intake, params Tool[] pending) => new()
    {
        Id = Id,
        Tenant = "a",
        ConversationId = "c",
        Question = "q",
        Options = new JobOptions(true, null),
        Status = status,
        Stage = stage,
        Attempt = 1,
        Pending = pending,
        Plan = stage == JobStage.Intake ? null : new JobPlan("q", "en", ["q"], ["q"]),
        Version = 1,
        AcceptedAt = Start,
        QueuedAt = Start,
        DeadlineAt = Start + Limits.Deadline,
        Now = Start + TimeSpan.FromSeconds(1),
        Error = status is JobStatus.Failed ? new ChatError("c", "m") : null,
    };
}
