using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Reports a tool's result. If it was the last tool and the answer queue's bulkhead has a free permit, this worker claims the answer stage
/// and runs it as an inline continuation.
/// </summary>
public sealed class ToolReport(JobTransitions transitions, InlineContinuation continuation, StageLease lease, InlineAnswer answer)
{
    public async Task Finish(Job job, Tool tool, ToolResult found, CancellationToken token)
    {
        // The permit is needed only if this is the last tool, which is known after the statement.
        var permit = continuation.TryEnter(job, QueueNames.ComposeAnswer);
        try
        {
            if (await transitions.Finish(job, tool, found, permit is null ? null : Lease.Worker, token) is { ClaimedBy: not null } claimed)
            {
                continuation.Start(claimed, QueueNames.ComposeAnswer, permit!, over => lease.Hold(claimed, answer.Run, over));
                permit = null;
            }
        }
        finally
        {
            permit?.Dispose();
        }
    }
}
