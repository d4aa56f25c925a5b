using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;
using Navigator.Workers.Limits;
using Navigator.Workers.Upstreams;

namespace Navigator.Workers.Answer;

/// <summary>What the tools found → the answer, or why there is none. For a job whose answer stage this worker holds.</summary>
internal sealed class AnswerComposition(JobTransitions transitions, SourceCollector collector, IAnswerer answerer, LivePolicy policy)
{
    public async Task Run(Job job, CancellationToken token)
    {
        try
        {
            var (plan, sources) = (job.Plan!, await collector.Collect(job, token));
            var within = policy.Now.For(QueueNames.ComposeAnswer).Within(job.Left);
            var answer = job.Tenant == Canary.Tenant ? Canary.Answer : await answerer.Answer(plan.Question, plan.Language, sources, within, token);
            FailPoint.Reach(FailPoint.AfterUpstream);
            await transitions.Answer(job, answer, token);
        }
        catch (UpstreamException error)
        {
            await (error.Failure == UpstreamFailure.Filtered
                ? transitions.End(job, JobStatus.Refused, new ChatError("content_filtered", "The answer model does not answer this question."), token)
                : transitions.End(job, JobStatus.Failed, new ChatError("answer_failed", $"The answer model did not help: {error.Reason}."), token));
        }
    }
}
