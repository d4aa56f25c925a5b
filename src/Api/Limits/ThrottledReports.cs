using System.Text.Json;
using Navigator.Api.Hosting;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Processes;
using Navigator.Storage.Rates;

namespace Navigator.Api.Limits;

/// <summary>What the database knows of processes and rates, each statement within the <see cref="DatabaseThrottle"/>.</summary>
internal sealed class ThrottledReports(IProcessReports reports, IRateLimits rates, DatabaseThrottle throttle)
{
    /// <summary>Longer than this no process is silent while it lives: it says something every other second.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<ProcessNow>> Processes(CancellationToken token) =>
        [.. (await throttle.Run(() => reports.Recent(Recent, token), token))
            .Select(process => new ProcessNow(
                process.Name, process.Role, process.SeenAt, JsonSerializer.Deserialize<ProcessLimits>(process.Report, JsonSerializerOptions.Web)!))];

    public async Task<RateNow> Rate(string upstream, UpstreamLimits limits, CancellationToken token) => new(
        upstream, limits.RatePerMinute, limits.Burst,
        limits.Rate is { } rate ? await throttle.Run(() => rates.Available(upstream, rate, token), token) : null);
}
