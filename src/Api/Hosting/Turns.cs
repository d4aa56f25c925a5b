using System.Data.Common;
using Navigator.Workers.Limits;

namespace Navigator.Api.Hosting;

/// <summary>
/// Callers take turns at the database, in the order they came, so that thousands of them at once wait a moment instead of
/// exhausting its pool. They wait only while it answers: when a statement fails, all who wait are told, and until one succeeds
/// again nobody waits for a turn.
/// </summary>
internal sealed class Turns(Bounds bounds, LivePolicy policy) : IDisposable
{
    private readonly Gate own = bounds.Gate("statements", "http", now => now.Http.Statements);
    private readonly Gate shared = bounds.Gate("statements", "http-grouped", now => now.Http.GroupedStatements);
    private CancellationTokenSource answering = new();

    /// <summary>For a statement that takes a connection of its own.</summary>
    /// <exception cref="DatabaseAwayException">It does not answer others.</exception>
    /// <exception cref="TimeoutException">It answers, and there were too many before.</exception>
    public Task<T> Take<T>(Func<Task<T>> statement, CancellationToken token) => Take(own, statement, token);

    /// <summary>For what the ledger does for many callers in one statement: the more of them come together, the larger its groups.</summary>
    /// <inheritdoc cref="Take{T}(Func{Task{T}}, CancellationToken)"/>
    public Task<T> Share<T>(Func<Task<T>> call, CancellationToken token) => Take(shared, call, token);

    public void Dispose() => answering.Dispose();

    private async Task<T> Take<T>(Gate gate, Func<Task<T>> statement, CancellationToken token)
    {
        var all = answering;
        using var place = gate.TryEnter() ?? await Wait(gate, all.Token, token);
        try
        {
            var result = await statement();
            if (all.IsCancellationRequested)
                Interlocked.CompareExchange(ref answering, new CancellationTokenSource(), all);
            return result;
        }
        catch (Exception error) when (error is DbException or TimeoutException)
        {
            await all.CancelAsync();
            throw;
        }
    }

    private async Task<Gate.Place> Wait(Gate gate, CancellationToken away, CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(away, token);
        try
        {
            return await gate.EnterWithin(policy.Now.Http.Turn, either.Token) ?? throw new TimeoutException("No turn at the database in time.");
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new DatabaseAwayException();
        }
    }
}

/// <summary>A statement of another caller failed; this one's was not tried.</summary>
internal sealed class DatabaseAwayException() : DbException("The database does not answer.");
