using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// What is special about the question that <see cref="Canary"/> asks, for all stages: it takes every queue that a person's question about
/// documents takes, always by message, and asks no model. Its answer needs no rule here: its plan says that there is nothing to look for.
/// </summary>
public static class CanaryQuestion
{
    /// <summary>Owns nothing else; no caller can be it.</summary>
    public const string Tenant = "_canary";

    /// <summary>Its one query too, whose vector every process knows from the start.</summary>
    public const string Text = "canary";

    private static readonly JobPlan Plan = new(Text, "und", new WaveQueries((Tool.Documents, [Text]))) { SmallTalk = true };

    /// <summary>The plan that takes the place of screening and planning; null for a person's question.</summary>
    public static JobPlan? PlanOf(Job job) => Is(job) ? Plan : null;

    /// <summary>Is it to go to its next queue by message, because the road there is what it tries?</summary>
    public static bool GoesByMessage(Job job) => Is(job);

    private static bool Is(Job job) => job.Tenant == Tenant;
}
