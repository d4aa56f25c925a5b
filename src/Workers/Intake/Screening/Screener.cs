using System.Diagnostics;
using Microsoft.Extensions.Options;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Applies the rules first, then screening by meaning, and then the moderation model, if one is configured. Both models have a time limit.
/// </summary>
/// <param name="moderation">Null: harmful questions are not recognised.</param>
internal sealed class Screener(IOptions<ScreeningOptions> options, LivePolicy policy, MeaningScreen meaning, ModerationModel? moderation = null)
{
    /// <summary>A question of which less is left was mostly an attack, and the rest belongs to it.</summary>
    private const double LeastShareLeft = 0.35;

    public bool AsksModels => moderation is not null;

    public async Task<Verdict> Screen(string tenant, string question, TimeSpan left, CancellationToken token)
    {
        var within = policy.Now.Intake.Screen < left ? policy.Now.Intake.Screen : left;
        var began = Stopwatch.GetTimestamp();
        var verdict = await ByMeaning(tenant, QuestionRules.Screen(question), question.Length, within, token);
        if (verdict.Question is not { } kept || moderation is null)
            return verdict;
        try
        {
            return await moderation.Check(kept, Left(), token) ?? verdict;
        }
        catch (UpstreamException error) when (error.Failure == UpstreamFailure.Filtered)
        {
            return Verdict.Flagged;
        }
        catch (UpstreamException error)
        {
            NavigatorMeter.FellBack("screening", error.Kind);
            return options.Value.WhenModerationFails == WithoutModeration.Pass
                ? verdict with { Notes = [.. verdict.Notes, $"screening: the moderation model failed ({error.Reason}); only rules were applied"] }
                : Verdict.Unknown(ErrorCode.ScreeningUnavailable, $"The question could not be screened: {error.Reason}.");
        }

        TimeSpan Left() => within - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;
    }

    /// <param name="verdict">The rules' verdict.</param>
    /// <param name="asked">Length of the question before the rules.</param>
    private async Task<Verdict> ByMeaning(string tenant, Verdict verdict, int asked, TimeSpan within, CancellationToken token)
    {
        if (verdict.Question is not { } kept || !meaning.IsAvailable)
            return verdict;
        try
        {
            var screened = await meaning.Question(tenant, kept, within, token);
            if (screened.LeftOut == 0)
                return verdict;
            return screened.Text.Length >= QuestionRules.LeastLeft && screened.Text.Length >= asked * LeastShareLeft
                ? verdict.Cut(screened.Text)
                : QuestionRules.Instructing();
        }
        catch (UpstreamException error)
        {
            NavigatorMeter.FellBack("screening", error.Kind);
            return verdict with { Notes = [.. verdict.Notes, $"screening: the embedding model failed ({error.Reason}); only rules were applied"] };
        }
    }
}
