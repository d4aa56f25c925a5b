using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Tools;

/// <summary>The tool that a worker which has planned a question goes on with itself, where there is room, instead of sending its message.</summary>
/// <param name="Queue">The queue whose limit the work stands behind.</param>
/// <param name="Run">The tool's whole work for a job, its report included.</param>
public sealed record InlineTool(Tool Tool, string Queue, Func<Job, CancellationToken, Task> Run);
