using System.Data.Common;
using Navigator.Runtime.Limits;
using Navigator.Storage;

namespace Navigator.Api.Hosting;

/// <summary>
/// Bounds the statements that callers' requests run at once. The others queue in the order they came, so that thousands of callers wait a
/// moment instead of exhausting the connection pool. They wait only while the database answers: when a statement fails because it does
/// not, all who wait are refused, so that a frozen database is answered with 503 within a second.
/// </summary>
internal sealed class DatabaseThrottle(Bounds bounds, LivePolicy policy) : IDisposable
{
    private readonly Gate own = bounds.Gate("statements", "http", now => now.Http.Statements);
    private readonly Gate shared = bounds.Gate("statements", "http-grouped", now => now.Http.GroupedStatements);

    /// <summary>At most half of the permits, so that a short statement always runs and notices soon that the database is away.</summary>
    private readonly Gate lengthy = bounds.Gate("statements", "http-lengthy", now => Math.Max(1, now.Http.Statements / 2));
    private CancellationTokenSource answering = new();

    /// <summary>Runs a statement that takes a connection of its own.</summary>
    /// <exception cref="DatabaseAwayException">The database does not answer other callers.</exception>
    /// <exception cref="TimeoutException">The database answers, and no permit was free in time.</exception>
    public Task<T> Run<T>(Func<Task<T>> statement, CancellationToken token) => Run(own, statement, token);

    /// <summary>Runs what the ledger does for many callers in one statement: the more of them come together, the larger its groups.</summary>
    /// <inheritdoc cref="Run{T}(Func{Task{T}}, CancellationToken)"/>
    public Task<T> RunGrouped<T>(Func<Task<T>> call, CancellationToken token) => Run(shared, call, token);

    /// <summary>Runs a statement that may take longer than others: it reads or erases a whole file.</summary>
    /// <inheritdoc cref="Run{T}(Func{Task{T}}, CancellationToken)"/>
    public async Task<T> RunLengthy<T>(Func<Task<T>> statement, CancellationToken token)
    {
        using var permit = lengthy.TryEnter() ?? await Wait(lengthy, answering.Token, token);
        return await Run(statement, token);
    }

    public void Dispose() => answering.Dispose();

    private async Task<T> Run<T>(Gate gate, Func<Task<T>> statement, CancellationToken token)
    {
        var all = answering;
        using var permit = gate.TryEnter() ?? await Wait(gate, all.Token, token);
        try
        {
            var result = await statement();
            if (all.IsCancellationRequested)
                Interlocked.CompareExchange(ref answering, new CancellationTokenSource(), all);
            return result;
        }
        catch (Exception error) when (error is TimeoutException || (error is DbException failure && PassingFailure.Is(failure)))
        {
            // A database that refuses one caller's statement for good has answered; the others go on.
            await all.CancelAsync();
            throw;
        }
    }

    private async Task<Gate.Place> Wait(Gate gate, CancellationToken away, CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(away, token);
        try
        {
            return await gate.EnterWithin(policy.Now.Http.StatementQueueTimeout, either.Token)
                ?? throw new TimeoutException("No statement of this caller could begin within http.statement_queue_timeout.");
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new DatabaseAwayException();
        }
    }
}

/// <summary>A statement of another caller failed; this caller's was not tried.</summary>
internal sealed class DatabaseAwayException() : DbException("The database does not answer.");
