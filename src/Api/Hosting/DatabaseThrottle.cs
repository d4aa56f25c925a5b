using System.Data.Common;
using Navigator.Runtime.Limits;
using Navigator.Storage;

namespace Navigator.Api.Hosting;

/// <summary>
/// Limits the statements that callers' requests run at once. Other callers queue in the order of their arrival, so that thousands of callers wait
/// briefly instead of exhausting the connection pool. They wait only while the database answers. If a statement fails because it does not
/// answer, all waiting callers are refused, so that a frozen database is answered with 503 within a second.
/// </summary>
internal sealed class DatabaseThrottle(LimitRegistry registry, LivePolicy policy) : IDisposable
{
    private readonly Bulkhead own = registry.Bulkhead("statements", "http", now => now.Http.Statements);
    private readonly Bulkhead shared = registry.Bulkhead("statements", "http-grouped", now => now.Http.GroupedStatements);

    /// <summary>At most half of the permits, so that a short statement can always run and detect soon that the database is unavailable.</summary>
    private readonly Bulkhead lengthy = registry.Bulkhead("statements", "http-lengthy", now => Math.Max(1, now.Http.Statements / 2));
    private CancellationTokenSource answering = new();

    /// <summary>Runs a statement that needs its own connection.</summary>
    /// <exception cref="DatabaseAwayException">The database does not answer other callers.</exception>
    /// <exception cref="TimeoutException">The database answers, but no permit was free in time.</exception>
    public Task<T> Run<T>(Func<Task<T>> statement, CancellationToken token) => Run(own, statement, token);

    /// <summary>Runs a call that the ledger groups with others into one statement. More concurrent calls make larger groups.</summary>
    /// <inheritdoc cref="Run{T}(Func{Task{T}}, CancellationToken)"/>
    public Task<T> RunGrouped<T>(Func<Task<T>> call, CancellationToken token) => Run(shared, call, token);

    /// <summary>Runs a statement that may take long, because it reads a file or erases one.</summary>
    /// <inheritdoc cref="Run{T}(Func{Task{T}}, CancellationToken)"/>
    public async Task<T> RunLengthy<T>(Func<Task<T>> statement, CancellationToken token)
    {
        using var permit = lengthy.TryEnter() ?? await Wait(lengthy, answering.Token, token);
        return await Run(statement, token);
    }

    public void Dispose() => answering.Dispose();

    private async Task<T> Run<T>(Bulkhead bulkhead, Func<Task<T>> statement, CancellationToken token)
    {
        var all = answering;
        using var permit = bulkhead.TryEnter() ?? await Wait(bulkhead, all.Token, token);
        try
        {
            var result = await statement();
            if (all.IsCancellationRequested)
                Interlocked.CompareExchange(ref answering, new CancellationTokenSource(), all);
            return result;
        }
        catch (Exception error) when (error is TimeoutException || (error is DbException failure && PassingFailure.Is(failure)))
        {
            // A database that rejected one caller's statement has answered, so the other callers go on.
            await all.CancelAsync();
            throw;
        }
    }

    private async Task<Bulkhead.Permit> Wait(Bulkhead bulkhead, CancellationToken away, CancellationToken token)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(away, token);
        try
        {
            return await bulkhead.EnterWithin(policy.Now.Http.StatementQueueTimeout, either.Token)
                ?? throw new TimeoutException("The caller's statement could not begin within http.statement_queue_timeout.");
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new DatabaseAwayException();
        }
    }
}

/// <summary>Another caller's statement failed, so this caller's was not tried.</summary>
internal sealed class DatabaseAwayException() : DbException("The database does not answer.");
