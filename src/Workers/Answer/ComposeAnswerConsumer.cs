using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;
using Navigator.Workers.Upstreams;

namespace Navigator.Workers.Answer;

internal sealed class ComposeAnswerConsumer(StageLease lease, JobTransitions transitions, SourceCollector collector, IAnswerer answerer)
    : IConsumer<ComposeAnswer>
{
    public Task Consume(ConsumeContext<ComposeAnswer> context) =>
        lease.Run(new JobKey(context.Message.JobId, context.Message.Attempt), JobStage.Answer, context, async (job, token) =>
        {
            try
            {
                var (plan, sources) = (job.Plan!, await collector.Collect(job, token));
                var answer = job.Tenant == Canary.Tenant ? Canary.Answer : await answerer.Answer(plan.Question, plan.Language, sources, token);
                FailPoint.Reach(FailPoint.AfterUpstream);
                await transitions.Answer(job, answer, token);
            }
            catch (UpstreamException error)
            {
                await (error.Failure == UpstreamFailure.Filtered
                    ? transitions.End(job, JobStatus.Refused, new ChatError("content_filtered", "The answer model does not answer this question."), token)
                    : transitions.End(job, JobStatus.Failed, new ChatError("answer_failed", $"The answer model did not help: {error.Reason}."), token));
            }
        });
}
