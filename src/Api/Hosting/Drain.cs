using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Settings;

namespace Navigator.Api.Hosting;

/// <summary>
/// Told to stop, an API says so on /health/ready and goes on serving for a while: a load balancer has time to see it, and no
/// caller meets a closed door. Embedded there is nobody to tell, and it stops at once.
/// </summary>
internal sealed class Drain(LivePolicy policy, NavigatorMode mode) : IHostedLifecycleService, IHealthCheck, IDisposable
{
    private readonly CancellationTokenSource over = new();

    public bool HasBegun { get; private set; }

    /// <summary>Ends when waiting callers must be answered: nothing is served any more soon.</summary>
    public CancellationToken Over => over.Token;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        HasBegun = true;
        if (!mode.IsEmbedded)
            await Task.Delay(policy.Now.Http.Drain, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await over.CancelAsync();
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HasBegun ? HealthCheckResult.Unhealthy("stopping") : HealthCheckResult.Healthy());

    public void Dispose() => over.Dispose();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
