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
            Rates = await Task.WhenAll(policy.Now.Upstreams.Select(upstream => reports.Rate(upstream.Key, upstream.Value, token))),
            Processes = processes,
        });
    }

    private static QueueNow Queue(string name, QueueSample? sample, IEnumerable<ProcessNow> processes) => new(
        name, sample?.Ready, sample?.Consumers,
        Math.Round(processes.SelectMany(process => process.Limits.Bounds).Where(bound => bound.Kind == "queue" && bound.Name == name)
            .Sum(bound => bound.PerSecond), 1));
}
