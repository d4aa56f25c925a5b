using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

/// <summary>Reports what a tool found. When it was the last one and there is room, its worker takes the answer stage along and goes on in
/// place.</summary>
public sealed class ToolReport(JobTransitions transitions, InPlace inPlace, StageLease lease, InlineAnswer answer)
{
    public async Task Finish(Job job, Tool tool, ToolResult found, CancellationToken token)
    {
        // Only the last one has a use for the place; which of two it is shows when the statement has run.
        var place = inPlace.TryEnter(job, QueueNames.ComposeAnswer);
        try
        {
            if (await transitions.Finish(job, tool, found, place is null ? null : Lease.Worker, token) is { ClaimedBy: not null } claimed)
            {
                inPlace.Start(claimed, QueueNames.ComposeAnswer, place!, over => lease.Hold(claimed, answer.Run, over));
                place = null;
            }
        }
        finally
        {
            place?.Dispose();
        }
    }
}
