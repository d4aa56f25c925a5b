using System.Text.RegularExpressions;
using Navigator.Storage.Ledger;
using Navigator.Text;

namespace Navigator.Workers.Intake.Planning;

/// <summary>
/// Rule form of planning: each tool has its own rule for its queries. A question that refers to the previous one includes that question.
/// </summary>
internal static partial class RulePlanner
{
    /// <summary>A query with fewer terms is too vague, unless it is the whole question.</summary>
    private const int FewTerms = 2;

    /// <summary>Maximum length of the included previous question, in characters.</summary>
    private const int LongestBefore = 300;

    public static JobPlan Plan(PlanningRequest request)
    {
        var question = request.Turns.Count > 0 && LeansOnWhatWasSaid(request.Question)
            ? $"{request.Question} (This follows on: {Shorten(request.Turns[^1].Question)})"
            : request.Question;
        return request.Plan(JobPlan.Rules, question, tool => tool.Planning.QueriesByRule(question), []);
    }

    /// <summary>Shortens the previous question, because it may itself include the one before it.</summary>
    private static string Shorten(string question) => question.Length <= LongestBefore ? question : question[..LongestBefore] + "…";

    private static bool LeansOnWhatWasSaid(string question) =>
        Follows().IsMatch(question) || Terms.Of(question).Distinct(StringComparer.Ordinal).Count() switch
        {
            0 => true,
            <= FewTerms => !Asks().IsMatch(question),
            _ => false,
        };

    [GeneratedRegex(@"^(?:what|how|when|where|which|who|is|are|do|does|can|may|will|would|should|tell|show)\b", RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Asks();

    [GeneratedRegex(@"^(?:and|but|or|also|what about|how about|what if|why|even if|(?:is|does|will|would|can) (?:that|this|it)|in that case|then)\b"
        + @"|\b(?:it|they|them|those|these|the same|instead|the other one)\b|\bthat ?[?.!]*$", RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Follows();
}
