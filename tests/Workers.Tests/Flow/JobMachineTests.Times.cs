using Navigator.Contracts.Chat;
using Navigator.Runtime.Flow;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Tests.Flow;

/// <summary>When a job is looked at again, which of its times are set, and what the words are when it ends badly.</summary>
public partial class JobMachineTests
{
    private static readonly JobPlan Nothing = Shipped.Plan("hello", "en", [], []);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_lease_that_is_renewed_is_looked_at_when_it_is_over_and_nothing_else_changes()
    {
        var change = Change(Claimed(JobStage.Answer), new JobEvent.LeaseRenewed(1, "w", Limits));

        Assert.Equal((Limits.Lease, JobTimes.None), (change.DueIn, change.Now));
        Assert.Equal(change.From, change.To);
    }

    [Fact]
    public void Each_stage_notes_when_it_began()
    {
        Assert.Equal(JobTimes.Tools | JobTimes.Wave, Change(Claimed(JobStage.Intake), Planned(Both)).Now);
        Assert.Equal(JobTimes.Tools | JobTimes.Wave | JobTimes.Answer, Change(Claimed(JobStage.Intake), Planned(Nothing)).Now);
        Assert.Equal(JobTimes.Started | JobTimes.Tools | JobTimes.Wave, Change(Job(), Planned(Both) with { Worker = null }).Now);
        Assert.Equal(JobTimes.Started, Change(Job(), new JobEvent.Claimed(1, JobStage.Intake, "w", false, Limits)).Now);
        Assert.Equal(JobTimes.None, Change(Running(JobStage.Intake), new JobEvent.Claimed(1, JobStage.Intake, "w", false, Limits)).Now);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("w")]
    public void The_answer_is_looked_for_as_a_message_or_as_a_lease(string? inline)
    {
        var change = Change(
            Running(JobStage.Tools, Tool.Documents), new JobEvent.ToolFinished(1, Tool.Documents, new DocumentsResult([], 1), null, inline, Limits));

        Assert.Equal((JobTimes.Answer, inline is null ? Limits.EnqueueGrace : Limits.Lease), (change.Now, change.DueIn));
        Assert.NotEqual(Limits.EnqueueGrace, Limits.Lease);
    }

    [Fact]
    public void A_tool_that_is_not_waited_for_in_this_stage_reports_in_vain()
    {
        var report = new JobEvent.ToolFinished(1, Tool.Documents, new DocumentsResult([], 1), null, null, Limits);

        Assert.Equal(Refusal.NotPending, Why(Running(JobStage.Answer) with { Pending = [Tool.Documents] }, report));
        Assert.Equal(Refusal.NotPending, Why(Running(JobStage.Tools, Tool.WebSearch), report));
    }

    [Fact]
    public void A_lost_worker_s_job_is_sent_and_looked_for_like_a_new_message()
    {
        var step = Assert.IsType<JobDecision.Step>(JobMachine.Decide(Claimed(JobStage.Answer), Due, Shipped.Tools));

        Assert.Equal((Repair.StartAttempt, Limits.EnqueueGrace, true), (step.Repair, step.Change.DueIn, step.SendsStage));
        Assert.Equal([new ComposeAnswer(Id, 2)], After(Claimed(JobStage.Answer), Due));
    }

    [Fact]
    public void What_ended_badly_says_so_in_a_sentence()
    {
        var late = Written(Job() with { Now = Start + Limits.Deadline }, Due);
        var worn = Written(Claimed(JobStage.Answer) with { Attempt = Limits.Attempts }, Due);

        Assert.Equal("The question could not be answered in time. It can be asked again.", late.Error!.Message);
        Assert.Equal($"Every one of {Limits.Attempts} workers stopped while it had this question.", worn.Error!.Message);
    }

    /// <summary>Counted from the stage's own beginning, and never sooner than a message may take.</summary>
    [Fact]
    public void A_message_is_sent_again_after_twice_the_time_that_its_stage_has_waited()
    {
        var (grace, longer) = (Limits.EnqueueGrace, Limits.EnqueueGrace * 3);
        var queued = Job();
        var wave = Running(JobStage.Tools, Tool.Documents) with { WaveAt = Start + longer };
        var answer = Running(JobStage.Answer) with { WaveAt = Start, AnswerAt = Start + longer };

        Assert.Equal(grace, Change(queued with { Now = Start + grace - Moment }, Due).DueIn);
        Assert.Equal(grace + Moment, Change(queued with { Now = Start + grace + Moment }, Due).DueIn);
        Assert.Equal(grace, Change(wave with { Now = Start + longer + Moment }, Due).DueIn);
        Assert.Equal(grace, Change(answer with { Now = Start + longer + Moment }, Due).DueIn);
    }

    [Fact]
    public void Only_tools_that_are_waited_for_are_skipped_and_by_the_name_that_http_has_for_them()
    {
        var second = Both with { Wave = 2, Second = Shipped.Wave(["q"], ["q"]) };
        var skipped = Written(Running(JobStage.Tools, Tool.Documents, Tool.WebSearch) with { Plan = second }, Due);

        Assert.Equal(["documents: no result in time", "web_search: no result in time"], skipped.Degraded);
        // Whatever stands in pending outside the tools stage is waited for by nobody.
        Assert.Equal(
            Repair.SendAgain,
            Assert.IsType<JobDecision.Step>(
                JobMachine.Decide(Running(JobStage.Answer) with { Pending = [Tool.WebSearch] }, Due, Shipped.Tools)).Repair);
    }

    [Fact]
    public void After_the_last_optional_tool_was_skipped_the_answer_is_looked_for_as_any_message()
    {
        var change = Change(Running(JobStage.Tools, Tool.WebSearch) with { Now = Start + Limits.EnqueueGrace * 4 }, Due);
        Assert.Equal((JobTimes.Answer, Limits.EnqueueGrace), (change.Now, change.DueIn));
    }

    [Fact]
    public void A_queued_job_that_is_replayed_is_sent_and_looked_for_as_any_message() =>
        Assert.Equal(Limits.EnqueueGrace, Change(Job(), new JobEvent.Requeued(Guid.NewGuid(), Limits)).DueIn);

    [Fact]
    public void A_tool_that_this_version_does_not_have_is_sent_nothing_and_gone_on_without_when_its_wave_is_over()
    {
        var waits = Running(JobStage.Tools, new Tool("claims"));

        Assert.Empty(JobMachine.CommandsOf(waits, Shipped.Tools));
        Assert.Equal(["claims: this version does not have it"], Written(waits, Due).Degraded);
        Assert.Equal([new ComposeAnswer(Id, 1)], After(waits, Due));
    }

    [Fact]
    public void A_second_wave_needs_more_time_than_two_waves_take_and_follows_a_first_that_found_nothing()
    {
        var first = Both with { Second = Shipped.Wave(["q"], []) };
        Job Left(TimeSpan left, ToolResults results) =>
            Running(JobStage.Answer) with { Plan = first, Results = results, Now = Start + Limits.Deadline - left };
        var (nothing, page) = (new ToolResults(), new FoundPage("u", "t", "c", 1));

        Assert.Null(Again(Left(Limits.Wave * 2, nothing)));
        Assert.Equal(2, Again(Left(Limits.Wave * 2 + Moment, nothing))!.Wave);
        Assert.NotNull(Again(Left(Limits.Deadline, new ToolResults().With(Tool.Documents, new DocumentsResult([], 1)))));
        Assert.NotNull(Again(Left(Limits.Deadline, new ToolResults().With(Tool.WebSearch, new WebSearchResult([], 1)))));
        Assert.Null(Again(Left(Limits.Deadline, new ToolResults().With(Tool.Documents, new DocumentsResult([Passage], 1)))));
        Assert.Null(Again(Left(Limits.Deadline, new ToolResults().With(Tool.WebSearch, new WebSearchResult([page], 1)))));
    }
}
