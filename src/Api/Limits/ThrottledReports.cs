using System.Text.Json;
using Navigator.Api.Hosting;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Storage.Processes;
using Navigator.Storage.Rates;

namespace Navigator.Api.Limits;

/// <summary>Reports of processes and rates. Each statement runs within the <see cref="DatabaseThrottle"/>.</summary>
internal sealed class ThrottledReports(IProcessReports reports, IRateLimits rates, DatabaseThrottle throttle)
{
    /// <summary>A process without a report in this time has ended, because each reports every other second.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<ProcessNow>> Processes(CancellationToken token) =>
        [.. (await throttle.Run(() => reports.Recent(Recent, token), token))
            .Select(process => new ProcessNow(
                process.Name, process.Role, process.SeenAt, JsonSerializer.Deserialize<ProcessLimits>(process.Report, JsonSerializerOptions.Web)!))];

    public async Task<RateNow> Rate(string upstream, UpstreamLimits limits, CancellationToken token) => new(
        upstream, limits.RatePerMinute, limits.Burst,
        limits.Rate is { } rate ? await throttle.Run(() => rates.Available(upstream, rate, token), token) : null);
}
