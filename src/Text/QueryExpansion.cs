using System.Text.RegularExpressions;

namespace Navigator.Text;

/// <summary>Query expansion: adds the terms that policies use for what people call by other names.</summary>
public static class QueryExpansion
{
    /// <summary>
    /// Not RegexOptions.NonBacktracking: to build these patterns took the first question of a process 450 ms, and words have nothing to go back to.
    /// </summary>
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>People's words, and the terms of policies.</summary>
    private static readonly (Regex People, string Policy)[] Terms =
    [
        .. new (string People, string Policy)[]
        {
            ("er|emergency rooms?|emergency department", "emergency care"),
            ("ambulances?|ambulance rides?", "ambulance services"),
            ("doctors?|physicians?|family doctors?|pcp", "primary care provider"),
            ("meds|medicines?|medications?|pills|drugs?|prescriptions?", "prescription drugs"),
            ("glasses|eyeglasses|contacts|contact lenses|eye exams?|eye doctors?", "vision care eyewear"),
            ("teeth|tooth|dentists?|fillings?|crowns?|braces", "dental services"),
            ("hearing aids?", "hearing services"),
            ("shots?|jabs?|vaccinations?|vaccines?", "immunizations"),
            ("hospital stays?|overnight stays?|staying in (?:the )?hospital", "inpatient hospital care"),
            ("nursing homes?|rehab", "skilled nursing facility"),
            ("therapists?|counsel(?:l)?ing|therapy|psychiatrists?", "mental health services"),
            ("physical therapy|physiotherapy|pt", "outpatient rehabilitation services"),
            ("wheelchairs?|walkers?|crutches|oxygen", "durable medical equipment"),
            ("x-?rays?|mri|ct scans?|scans?", "diagnostic tests radiology"),
            ("blood tests?|lab tests?|labs", "laboratory services"),
            ("check-?ups?|physicals?|yearly exams?", "annual wellness visit preventive care"),
            ("most i (?:will |can |could |have to )?pay|spending limit|cap", "maximum out-of-pocket amount"),
            ("phone number|call|contact|reach", "member services telephone"),
            ("complain|complaint|unhappy", "grievance"),
            ("disagree|denied|denial|refused to pay|turned down", "appeal coverage decision"),
            ("cancel|quit|leave|switch", "end membership disenroll"),
            ("abroad|overseas|foreign country|travel(?:l)?ing|vacation", "outside the service area worldwide coverage"),
            ("baby|pregnant|pregnancy|birth", "maternity care"),
            ("okay first|permission|approval|approved", "prior authorization referral"),
            ("car|vehicle|auto", "insured vehicle"),
            ("stolen|theft|burglary|robbed", "theft loss"),
            ("flood|water damage|leak|burst pipe", "water damage exclusions"),
            ("fire|burned|burnt", "fire damage"),
        }.Select(pair => (new Regex($@"\b(?:{pair.People})\b", Options, Patience), pair.Policy)),
    ];

    /// <summary>Returns the domain's terms for the question's words in one line; null if there are none.</summary>
    public static string? Of(string question)
    {
        var terms = Terms.Where(pair => pair.People.IsMatch(question) && !question.Contains(pair.Policy, StringComparison.OrdinalIgnoreCase))
            .Select(pair => pair.Policy).Take(4).ToList();
        return terms.Count == 0 ? null : string.Join(' ', terms);
    }
}
