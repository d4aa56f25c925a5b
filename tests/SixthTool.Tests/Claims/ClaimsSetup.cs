using Microsoft.Extensions.DependencyInjection;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.SixthTool.Tests.Claims;

/// <summary>The tool that asks the claims system. A job is answered without it, and says so.</summary>
internal static class ClaimsSetup
{
    public const string Queue = "ask-claims";
    public static readonly Tool Name = new("claims");

    /// <summary>As they would stand in concurrency.yaml, where an operator may set any of them differently.</summary>
    private const string Limits =
        """
        queues:
          ask-claims:
            in_flight: 4
            prefetch: 8
            timeout: 20000ms
            target: 800ms
        upstreams:
          claims:
            in_flight: 4
            connections: 4
            wait: 300ms
            connect_timeout: 700ms
            timeout: 20000ms
            tries: 1
            max_response_bytes: 262144
            breaker: { failure_threshold: 5, break_duration: 30s, half_open_probes: 3 }
        """;

    public static ToolSetup AddClaims(this ToolSetup tools)
    {
        var options = tools.AddOptions<ClaimsOptions>(ClaimsOptions.Section);
        tools.Services.AddSingleton<ClaimsClient>();
        return tools.AddLimits(Name, Limits).Add(Descriptor(options)).Consume<AskClaimsConsumer, AskClaimsConsumerDefinition>();
    }

    private static ToolDescriptor Descriptor(ClaimsOptions options) => new()
    {
        Name = Name,
        Queue = Queue,
        Command = (job, attempt) => new AskClaims(job, attempt),
        Upstreams = [ClaimsClient.Upstream],
        IsOptional = true,
        IsConfigured = options.IsConfigured,
        FailedText = "the claims system failed",
        Planning = new ToolPlanning
        {
            Key = "claim_queries",
            Description = "a search in the person's claims",
            Instruction = "up to 3 short searches in the claims, only when the question is about a claim.",
            QueriesByRule = question => question.Contains("claim", StringComparison.OrdinalIgnoreCase) ? [question] : [],
        },
        HasFoundEnough = results => results.Of<ClaimsResult>(Name) is { Claims.Count: > 0 },
        Sources = (job, _, _) => Task.FromResult(Sources(job)),
    };

    private static IReadOnlyList<Source> Sources(Job job) =>
    [
        .. (job.Results.Of<ClaimsResult>(Name)?.Claims ?? []).Select(claim => new Source
        {
            Marker = 0,
            Kind = "claim",
            Title = $"Claim {claim.Number}",
            Text = claim.Text,
            Score = 1,
            IsSemanticMatch = true,
        }),
    ];
}
