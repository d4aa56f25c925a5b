using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>The answer stage, with which a worker goes on itself that has reported a job's last result.</summary>
/// <param name="Run">The stage's whole work for a job that this worker holds.</param>
public sealed record InlineAnswer(Func<Job, CancellationToken, Task> Run);
