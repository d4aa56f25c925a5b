using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake.Planning;

/// <summary>Rules recognise small talk. All else is planned by the model if one is configured and replies in time, else by rules.</summary>
/// <param name="model">Null: rules plan.</param>
internal sealed class Planner(LivePolicy policy, PlanningModel? model = null)
{
    public bool AsksModels => model is not null;

    public async Task<(JobPlan Plan, IReadOnlyList<string> Degraded)> Plan(PlanningRequest request, TimeSpan left, CancellationToken token)
    {
        if (SmallTalk.LanguageOf(request.Asked ?? request.Question) is { } spoken)
            return (new JobPlan(request.Question, request.Language == "und" ? spoken : request.Language, WaveQueries.None) { SmallTalk = true }, []);
        if (model is null)
            return (RulePlanner.Plan(request), []);
        try
        {
            return (await model.Plan(request, policy.Now.Intake.Plan < left ? policy.Now.Intake.Plan : left, token), []);
        }
        catch (UpstreamException error)
        {
            NavigatorMeter.FellBack("planning", error.Kind);
            return (RulePlanner.Plan(request), [$"planning: the model failed ({error.Reason}); rules planned the search"]);
        }
    }
}
