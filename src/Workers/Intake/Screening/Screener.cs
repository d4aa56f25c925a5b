using Microsoft.Extensions.Options;
using Navigator.Contracts.Http;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Intake.Screening;

/// <summary>Applies the rules first and then the moderation model, if one is configured. Both have a time limit.</summary>
/// <param name="moderation">Null: only the rules are applied.</param>
internal sealed class Screener(IOptions<ScreeningOptions> options, LivePolicy policy, ModerationModel? moderation = null)
{
    public bool AsksModels => moderation is not null;

    public async Task<Verdict> Screen(string question, TimeSpan left, CancellationToken token)
    {
        var verdict = QuestionRules.Screen(question);
        if (verdict.Question is not { } kept || moderation is null)
            return verdict;
        try
        {
            var within = policy.Now.Intake.Screen < left ? policy.Now.Intake.Screen : left;
            return await moderation.Check(kept, within, token) ?? verdict;
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
    }
}
