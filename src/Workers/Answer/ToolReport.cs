using Navigator.Contracts;
using Navigator.Storage.Ledger;
using Navigator.Workers.Flow;

namespace Navigator.Workers.Answer;

/// <summary>Reports what a tool found. When it was the last one and there is room, its worker takes the answer stage along and goes on in
/// place.</summary>
internal sealed class ToolReport(JobTransitions transitions, InPlace inPlace, StageLease lease, AnswerComposition composition)
{
    public Task Finish(Job job, DocumentsResult found, CancellationToken token) => Finish(job, next => transitions.Finish(job, found, next, token));

    public Task Finish(Job job, WebSearchResult found, CancellationToken token) => Finish(job, next => transitions.Finish(job, found, next, token));

    private async Task Finish(Job job, Func<StageClaim?, Task<Job?>> report)
    {
        // Only the last one has a use for the place; which of two it is shows when the statement has run.
        var place = inPlace.TryEnter(job, QueueNames.ComposeAnswer);
        try
        {
            if (await report(place is null ? null : lease.Claim()) is { ClaimedBy: not null } claimed)
            {
                inPlace.Start(claimed, QueueNames.ComposeAnswer, place!, token => lease.Hold(claimed, composition.Run, token));
                place = null;
            }
        }
        finally
        {
            place?.Dispose();
        }
    }
}
