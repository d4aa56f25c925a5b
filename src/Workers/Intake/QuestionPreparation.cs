using System.Text.RegularExpressions;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Intake;

/// <summary>Turns a question into a plan, or ends the job with the reason. The worker holds the job, or no worker has begun it.</summary>
internal sealed class QuestionPreparation(
    Translator translator, Screener screener, Planner planner, IJobLedger ledger, JobTransitions transitions, ToolSet tools, InlineTool inline,
    InlineContinuation continuation, LivePolicy policy, TimeProvider clock)
{
    /// <summary>True if intake calls a model. Without one it takes a few milliseconds.</summary>
    public bool AsksModels => translator.AsksModels || screener.AsksModels || planner.AsksModels;

    public async Task Run(Job job, CancellationToken token)
    {
        using var span = NavigatorTrace.Start(QueueNames.PrepareQuestion, job);
        try
        {
            await Prepare(job, token);
        }
        catch (RegexMatchTimeoutException)
        {
            // The cause may be a busy machine, so the job fails and can be replayed.
            await transitions.End(job, JobStatus.Failed,
                new ChatError(ErrorCode.QuestionNotRead, "The question could not be read in time. It can be asked again."), token);
        }
    }

    /// <summary>Writes the plan and runs one of its tools as an inline continuation if that tool's bulkhead has a free permit.</summary>
    private async Task Plan(Job job, JobPlan plan, IReadOnlyList<string> degraded, CancellationToken token)
    {
        var permit = plan.Tools().Contains(inline.Tool) ? continuation.TryEnter(job, inline.Queue) : null;
        try
        {
            var planned = await transitions.Plan(job, plan, degraded, permit is null ? null : inline.Tool, token);
            if (planned is null || permit is null)
                return;
            continuation.Start(planned, inline.Queue, permit, over => inline.Run(planned, over));
            permit = null;
        }
        finally
        {
            permit?.Dispose();
        }
    }

    private async Task Prepare(Job job, CancellationToken token)
    {
        if (CanaryQuestion.PlanOf(job) is { } canary)
        {
            await Plan(job, canary, [], token);
            return;
        }
        var until = clock.GetUtcNow() + policy.Now.For(QueueNames.PrepareQuestion).Within(job.Left);

        var translated = await translator.TranslateIn(job.Question, job.Options.Language, Left(), token);
        var verdict = await Screen(job.Question, translated, token);
        NavigatorMeter.QuestionsScreened.Add(1,
            KeyValuePair.Create("verdict", (object?)(verdict.Error?.Code ?? (verdict.Notes.Count > 0 ? "changed" : "passed"))));
        if (verdict.Question is not { } question)
        {
            await transitions.End(job, verdict.Status, verdict.Error!, token);
            return;
        }
        // What meaning recognised in the translation still stands in the original wording, so that the original is not used.
        var request = new PlanningRequest(
            question, translated.IsTranslated
                ? verdict.IsCut ? question : QuestionRules.Screen(job.Question).Question
                : null, translated.Language, [.. tools.Where(tool => tool.MayBeAsked(job.Options))],
            await ConversationTurn.Before(job, ledger, token));
        var (plan, planned) = await planner.Plan(request, Left(), token);
        await Plan(job, plan, [.. translated.Degraded, .. verdict.Notes, .. planned], token);

        TimeSpan Left() => until - clock.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

        // A translation may hide an instruction. The rules check both texts, the model checks the text that goes on.
        async Task<Verdict> Screen(string asked, Translated text, CancellationToken stop) =>
            text.IsTranslated && QuestionRules.Screen(asked) is { Question: null } refused
                ? refused
                : await screener.Screen(job.Tenant, text.Question, Left(), stop);
    }
}
