using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Tools;

/// <summary>A tool that the planning worker can run as an inline continuation, if there is room, instead of sending its message.</summary>
/// <param name="Queue">The queue whose bulkhead the work runs in.</param>
/// <param name="Run">All of the tool's work for a job, including its report.</param>
public sealed record InlineTool(Tool Tool, string Queue, Func<Job, CancellationToken, Task> Run);
