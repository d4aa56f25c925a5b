namespace Navigator.Runtime.Limits;

/// <summary>
/// The bulkheads of all queues. All work for a queue's messages runs within that queue's bulkhead, whether a message or an inline continuation
/// starts it.
/// </summary>
public sealed class QueueBulkheads(LimitRegistry registry, LivePolicy policy, TimeProvider clock)
{
    private readonly Dictionary<string, Bulkhead> bulkheads = policy.Now.Queues.Keys.ToDictionary(
        queue => queue, registry.Queue, StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes a permit if one is free and no caller waits for it; else returns null.</summary>
    public Bulkhead.Permit? TryEnter(string queue) => bulkheads[queue].TryEnter();

    /// <summary>Runs the work as soon as a permit is free.</summary>
    public async Task Run(string queue, Func<Task> work, CancellationToken token) => await Run(queue, await bulkheads[queue].Enter(token), work);

    /// <summary>Runs the work with a permit, which is returned when the work ends in any way.</summary>
    public async Task Run(string queue, Bulkhead.Permit permit, Func<Task> work)
    {
        using (permit)
        {
            var began = clock.GetTimestamp();
            try
            {
                await work();
            }
            finally
            {
                var (took, tag) = (clock.GetElapsedTime(began), KeyValuePair.Create("queue", (object?)queue));
                NavigatorMeter.StageSeconds.Record(took.TotalSeconds, tag);
                if (took > policy.Now.For(queue).Target)
                    NavigatorMeter.StagesLate.Add(1, tag);
            }
        }
    }
}
