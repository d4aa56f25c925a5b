using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// The special rules for the question of <see cref="Canary"/>: it passes every queue that a caller's question about documents passes, always as a
/// message, and calls no model. Its answer needs no rule here, because its plan is small talk.
/// </summary>
public static class CanaryQuestion
{
    /// <summary>The canary's tenant. No caller can have this name.</summary>
    public const string Tenant = "_canary";

    /// <summary>The question and its only query. Every process has the query's vector from its start.</summary>
    public const string Text = "canary";

    private static readonly JobPlan Plan = new(Text, "und", new WaveQueries((Tool.Documents, [Text]))) { SmallTalk = true };

    /// <summary>Returns the plan that replaces screening and planning; null for a caller's question.</summary>
    public static JobPlan? PlanOf(Job job) => Is(job) ? Plan : null;

    /// <summary>True for the canary, which always goes to its next queue as a message, because it tests that path.</summary>
    public static bool GoesByMessage(Job job) => Is(job);

    private static bool Is(Job job) => job.Tenant == Tenant;
}
