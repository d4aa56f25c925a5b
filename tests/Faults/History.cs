using System.Collections.Concurrent;

namespace Navigator.Faults.Tests;

/// <param name="Outcome">The HTTP status, or the name of what was thrown.</param>
internal sealed record Call(string Method, string Path, DateTimeOffset At, TimeSpan Took, TimeSpan Limit, string Outcome);

/// <summary>A job as a caller read it. The tag is its version.</summary>
internal sealed record Reading(Guid Job, DateTimeOffset At, string Status, string Tag, string? Answer);

/// <summary>Everything that callers did and saw, written by the callers.</summary>
internal sealed class History
{
    public ConcurrentQueue<Call> Calls { get; } = new();

    public ConcurrentQueue<Reading> Readings { get; } = new();

    /// <summary>Every 202: the job, by the idempotency key it was asked for with.</summary>
    public ConcurrentQueue<(string Key, Guid Job)> Accepted { get; } = new();

    /// <summary>Every accepted job whose end was read: when it was asked for, and how long its caller waited, refusals included.</summary>
    public ConcurrentQueue<(DateTimeOffset Asked, TimeSpan Took, string Status)> Ends { get; } = new();

    /// <summary>When there was no database: from its end to when it answered again.</summary>
    public ConcurrentQueue<(DateTimeOffset From, DateTimeOffset To)> Outages { get; } = new();

    /// <summary>No job can be ended without a database: a deadline that passes meanwhile counts from when it is back.</summary>
    public async Task WithoutDatabase(Func<Task> outage)
    {
        var from = DateTimeOffset.UtcNow;
        await outage();
        Outages.Enqueue((from, DateTimeOffset.UtcNow));
    }

    public IReadOnlyCollection<Guid> Jobs => [.. Accepted.Select(accepted => accepted.Job).Distinct()];

    public string Summary() =>
        $"{Jobs.Count} jobs accepted; calls: "
        + string.Join(", ", Calls.GroupBy(call => $"{call.Method} {call.Outcome}").OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count()}× {group.Key}"))
        + "; "
        + $"slowest POST {Slowest("POST")} ms, slowest GET over its wait {Slowest("GET")} ms"
        + string.Concat(Outages.Select(outage => $"; no database for {(outage.To - outage.From).TotalSeconds:0.0} s"));

    private long Slowest(string method) =>
        (long)Calls.Where(call => call.Method == method).Select(call => (call.Took - (method == "GET" ? Load.Wait : TimeSpan.Zero)).TotalMilliseconds)
            .DefaultIfEmpty().Max();
}
