using Microsoft.Extensions.Diagnostics.HealthChecks;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Settings;

namespace Navigator.Api.Hosting;

/// <summary>
/// After the signal to stop, the API reports itself as not ready on /health/ready but goes on serving for a while, so that a load balancer can
/// redirect callers first. Embedded mode has no load balancer and stops at once.
/// </summary>
internal sealed class Drain(LivePolicy policy, NavigatorMode mode) : IHostedLifecycleService, IHealthCheck, IDisposable
{
    private readonly CancellationTokenSource over = new();

    public bool HasBegun { get; private set; }

    /// <summary>Cancelled when waiting callers must be answered, because serving ends soon.</summary>
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
