using MassTransit;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Intake;

internal sealed class AnswerQuestionConsumer(StageLease lease, JobTransitions transitions, Translator translator, Screener screener, Planner planner)
    : IConsumer<AnswerQuestion>
{
    public Task Consume(ConsumeContext<AnswerQuestion> context) =>
        lease.Run(new JobKey(context.Message.JobId, context.Message.Attempt), JobStage.Intake, context, async (job, token) =>
        {
            var translated = await translator.TranslateIn(job.Question, job.Options.Language, token);
            var verdict = await screener.Screen(translated.Question, token);
            if (verdict.Question is not { } question)
            {
                await transitions.End(job, JobStatus.Refused, verdict.Refusal!, token);
                return;
            }
            await transitions.Plan(job, await planner.Plan(question, translated.Language, job.Options, token), translated.Degraded, token);
        });
}
