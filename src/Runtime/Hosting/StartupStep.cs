namespace Navigator.Runtime.Hosting;

/// <summary>Work that must succeed before anything of a process starts, so that a failure leaves nothing to stop.</summary>
/// <param name="Run">Throws a <see cref="StartupException"/> that tells the operator why the process cannot start.</param>
public sealed record StartupStep(Func<CancellationToken, Task> Run);
