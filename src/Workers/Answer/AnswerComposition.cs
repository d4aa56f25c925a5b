using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Answer;

/// <summary>
/// Runs the answer stage of a job that this worker has claimed: writes the answer, starts the second wave of tools, or ends the job with an
/// error.
/// </summary>
internal sealed class AnswerComposition(
    JobTransitions transitions, SourceCollector collector, StatementRanker ranker, IAnswerer answerer, ExtractiveAnswerer rules,
    Translator translator, ToolSet tools, LivePolicy policy, TimeProvider clock)
{
    /// <summary>Time not given to the model, so that the rules' answer still comes before the deadline. At most a quarter of the time left.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(2);

    public async Task Run(Job job, CancellationToken token)
    {
        using var span = NavigatorTrace.Start(QueueNames.ComposeAnswer, job);
        if (JobMachine.SecondWave(job, policy.Now.Job, tools) is { } second)
        {
            await transitions.StartWave(job, second, token);
            return;
        }
        try
        {
            var plan = job.Plan!;
            var (answer, degraded) = plan.SmallTalk
                ? (SmallTalk.Reply(plan.Language), [])
                : await Write(job, plan, token);
            FailPoint.Reach(FailPoint.AfterUpstream);
            await transitions.Answer(job, answer, degraded, token);
        }
        catch (UpstreamException error)
        {
            await (error.Failure == UpstreamFailure.Filtered
                ? transitions.End(
                    job, JobStatus.Refused, new ChatError(ErrorCode.ContentFiltered, "The answer model does not answer this question."), token)
                : transitions.End(
                    job, JobStatus.Failed, new ChatError(ErrorCode.AnswerFailed, $"The answer model failed: {error.Reason}."), token));
        }
    }

    private async Task<(JobAnswer Answer, IReadOnlyList<string> Degraded)> Write(Job job, JobPlan plan, CancellationToken token)
    {
        var until = clock.GetUtcNow() + job.Left - (job.Left / 4 < Reserve ? job.Left / 4 : Reserve);
        var (sources, notes) = await collector.Collect(job, token);
        var degraded = notes.ToList();
        var within = Left() - (plan.Translated ? policy.Now.Intake.Translate : TimeSpan.Zero);
        var language = plan.Translated ? Translator.Working : plan.Language;
        var evidence = await ranker.Rank(job.Tenant, plan.Question, language, sources, Left(), token);
        JobAnswer answer;
        try
        {
            answer = await answerer.Answer(plan.Question, language, evidence,
                policy.Now.For(QueueNames.ComposeAnswer).Within(within > TimeSpan.Zero ? within : TimeSpan.Zero), token);
        }
        catch (UpstreamException error) when (error.IsLate || error.Failure == UpstreamFailure.Invalid)
        {
            // A model that is unavailable fails the job, which can be replayed. A late or unusable reply is replaced by the rules' answer.
            NavigatorMeter.FellBack("answer", error.Kind);
            degraded.Add($"answer: the model failed ({error.Reason}); the sources are quoted instead");
            answer = await rules.Answer(plan.Question, language, evidence, TimeSpan.Zero, token);
        }
        answer = answer with { Text = MedicalAdvice.Point(plan.Question, answer.Text) };
        if (!plan.Translated)
            return (answer, degraded);

        var (text, missing) = await translator.TranslateOut(answer.Text, plan.Language, Left(), token);
        if (missing is not null)
            degraded.Add(missing);
        return (text is null ? answer : answer with { Text = text, Language = plan.Language }, degraded);

        TimeSpan Left() => until - clock.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;
    }
}
