using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Access;
using Navigator.Api.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Processes;
using Navigator.Storage.Rates;
using Navigator.Storage.Tenants;
using Navigator.Workers.Broker;
using Navigator.Workers.Limits;
using Navigator.Workers.Tools;

namespace Navigator.Api.Limits;

internal static class LimitsEndpoints
{
    /// <summary>Longer than this no process is silent while it lives: it says something every other second.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    public static void MapLimits(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/limits", Read).Needs(Scope.Operate).WithTags("Operating").WithName("ReadLimits")
            .WithSummary("Every bound and what of it is in use, of all processes.");

    private static async Task<Ok<LimitsNow>> Read(
        LivePolicy policy, ToolSet tools, Admission admission, IProcessReports reports, IRateLimits rates, IServiceProvider services,
        CancellationToken token)
    {
        var processes = (await reports.Recent(Recent, token))
            .Select(process => new ProcessNow(
                process.Name, process.Role, process.SeenAt, JsonSerializer.Deserialize<ProcessLimits>(process.Report, JsonSerializerOptions.Web)!))
            .ToList();
        var samples = services.GetService<QueueWatch>()?.Latest;
        return TypedResults.Ok(new LimitsNow
        {
            Admission = admission.Now(),
            Queues = [.. tools.Queues.Select(queue => Queue(queue, samples?.FirstOrDefault(sample => sample.Queue == queue), processes))],
            Rates = await Task.WhenAll(policy.Now.Upstreams.Select(upstream => Rate(upstream.Key, upstream.Value, rates, token))),
            Processes = processes,
        });
    }

    private static QueueNow Queue(string name, QueueSample? sample, IEnumerable<ProcessNow> processes) => new(
        name, sample?.Ready, sample?.Consumers,
        Math.Round(processes.SelectMany(process => process.Limits.Bounds).Where(bound => bound.Kind == "queue" && bound.Name == name)
            .Sum(bound => bound.PerSecond), 1));

    private static async Task<RateNow> Rate(string upstream, UpstreamLimits limits, IRateLimits rates, CancellationToken token) => new(
        upstream, limits.RatePerMinute, limits.Burst, limits.Rate is { } rate ? await rates.Available(upstream, rate, token) : null);
}
