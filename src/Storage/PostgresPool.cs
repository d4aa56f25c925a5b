namespace Navigator.Storage;

/// <summary>The limits of one process's connections to PostgreSQL. Source: <c>postgres</c> in concurrency.yaml.</summary>
/// <param name="Wait">Longest wait for a connection, then an error.</param>
/// <param name="StatementTimeout">Longest run of one statement.</param>
/// <param name="ExactSearchUpTo">Passages per tenant that are compared exactly.</param>
/// <param name="GroupSize">Questions, changes or reads of jobs that share one statement, at most.</param>
public sealed record PostgresPool(
    int MinConnections, int MaxConnections, TimeSpan Wait, TimeSpan StatementTimeout, long ExactSearchUpTo, int GroupSize);
