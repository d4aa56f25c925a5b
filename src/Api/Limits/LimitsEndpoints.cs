using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Access;
using Navigator.Api.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Broker;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Limits;

internal static class LimitsEndpoints
{
    public static IServiceCollection AddLimits(this IServiceCollection services) => services.AddSingleton<ThrottledReports>();

    public static void MapLimits(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/limits", Read).Needs(Scope.Operate).WithTags("Operating").WithName("ReadLimits")
            .WithSummary("Every limit of all processes and its current use.");

    private static async Task<Ok<LimitsNow>> Read(
        LivePolicy policy, ToolSet tools, Admission admission, ThrottledReports reports, IServiceProvider services, CancellationToken token)
    {
        var processes = await reports.Processes(token);
        var samples = services.GetService<QueueWatch>()?.Latest;
        return TypedResults.Ok(new LimitsNow
        {
            Admission = admission.Now(),
            Queues = [.. tools.Queues.Select(queue => Queue(queue, samples?.FirstOrDefault(sample => sample.Queue == queue), processes))],
            Rates = await Task.WhenAll(Rates(policy.Now, processes).Select(rate => reports.Rate(rate.Name, rate.Limits, token))),
            Processes = processes,
        });
    }

    /// <summary>Every upstream, and the providers of upstreams that a process has called.</summary>
    private static IEnumerable<(string Name, UpstreamLimits Limits)> Rates(ConcurrencyPolicy policy, IReadOnlyList<ProcessNow> processes)
    {
        var called = processes.SelectMany(process => process.Limits.Usage).Where(limit => limit.Kind == "upstream").Select(limit => limit.Name)
            .ToHashSet(StringComparer.Ordinal);
        return policy.Upstreams.Select(upstream => (upstream.Key, upstream.Value)).Concat(
            from upstream in UpstreamNames.Chat
            from provider in policy.Providers.Keys
            where called.Contains(UpstreamNames.Of(upstream, provider))
            select (UpstreamNames.Of(upstream, provider), policy.ForUpstream(upstream, provider)));
    }

    private static QueueNow Queue(string name, QueueSample? sample, IEnumerable<ProcessNow> processes) => new(
        name, sample?.Ready, sample?.Consumers,
        Math.Round(processes.SelectMany(process => process.Limits.Usage).Where(limit => limit.Kind == "queue" && limit.Name == name)
            .Sum(limit => limit.PerSecond), 1));
}
