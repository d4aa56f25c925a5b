namespace Navigator.Runtime.Limits;

/// <summary>
/// The gate of every queue. Whatever this process does for a queue's messages it does behind that queue's gate: when a message
/// brings it there, and when it goes on in place.
/// </summary>
public sealed class Stages(Bounds bounds, LivePolicy policy, TimeProvider clock)
{
    private readonly Dictionary<string, Gate> gates = policy.Now.Queues.Keys.ToDictionary(
        queue => queue, bounds.Queue, StringComparer.OrdinalIgnoreCase);

    /// <summary>A place if there is one now and nobody waits for it.</summary>
    public Gate.Place? TryEnter(string queue) => gates[queue].TryEnter();

    /// <summary>Work as soon as there is a place.</summary>
    public async Task Run(string queue, Func<Task> work, CancellationToken token) => await Run(queue, await gates[queue].Enter(token), work);

    /// <summary>Work on a place that was taken; it is left when the work has ended, however.</summary>
    public async Task Run(string queue, Gate.Place place, Func<Task> work)
    {
        using (place)
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
