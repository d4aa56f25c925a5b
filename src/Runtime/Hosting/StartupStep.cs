namespace Navigator.Runtime.Hosting;

/// <summary>Work that must succeed before anything of a process starts, so that a failure leaves nothing to stop.</summary>
/// <param name="Run">Throws a <see cref="StartupException"/> that tells the operator why the process cannot start.</param>
public sealed record StartupStep(Func<CancellationToken, Task> Run);

/// <summary>All steps of this process. They begin together and once, beside the rest of the start, because each takes most of a second.</summary>
internal sealed class StartupSteps(IEnumerable<StartupStep> steps, IHostApplicationLifetime process)
{
    private readonly Lazy<Task> all = new(() => Task.WhenAll([.. steps.Select(step => Task.Run(() => step.Run(process.ApplicationStopping)))]));

    public Task Done => all.Value;
}
