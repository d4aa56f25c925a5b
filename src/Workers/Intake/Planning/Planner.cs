using Microsoft.Extensions.Options;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Tools.WebSearch;

namespace Navigator.Workers.Intake.Planning;

/// <summary>
/// Rule form of planning. The documents are always asked; the web is asked too when the question is about something
/// current, its author allows it, and a provider is configured. What tells who somebody is stays here.
/// </summary>
internal sealed class Planner(IOptions<WebSearchOptions> web)
{
    /// <summary>Words, as <see cref="Terms"/> folds them, that ask for what no stored document can know.</summary>
    private static readonly HashSet<string> CurrentWords = new(
        Terms.Of("today tonight tomorrow yesterday now currently current latest recent recently news newest update updates nowadays online website"),
        StringComparer.Ordinal);

    public Task<JobPlan> Plan(string question, string language, JobOptions options, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var asksWeb = options.Web && web.Value.IsConfigured && Terms.Of(question).Any(CurrentWords.Contains);
        return Task.FromResult(new JobPlan(question, language, [question], asksWeb ? [PersonalData.Redact(question)] : []));
    }
}
