using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Decides how many questions of one tenant may be under way: sent to workers and not ended. The room is shared by max-min fairness: tenants that
/// need less than an equal part get all they need, and the others divide the rest equally. A single tenant gets all of it. The broker's queues
/// stay short, so that their order does not matter.
/// </summary>
/// <param name="policy">Contains the room that each worker process adds.</param>
public sealed class FairShare(LivePolicy policy)
{
    private int level = policy.Now.Admission.UnderWayPerWorker;

    /// <summary>The share as of the last read of the ledger. The next read corrects it.</summary>
    public int Level => Volatile.Read(ref level);

    /// <param name="workers">Number of worker processes that consume questions. 0 counts as 1.</param>
    /// <param name="unfinished">Number of unfinished jobs of each tenant that has any.</param>
    public void Share(int workers, IEnumerable<int> unfinished) =>
        Volatile.Write(ref level, LevelOf(policy.Now.Admission.UnderWayPerWorker * Math.Max(1, workers), unfinished));

    /// <summary>Returns the maximum for one tenant with which all tenants together stay within the room. At least 1.</summary>
    public static int LevelOf(int room, IEnumerable<int> wanted)
    {
        var ascending = wanted.Order().ToList();
        var left = room;
        for (var i = 0; i < ascending.Count - 1; i++)
        {
            var part = left / (ascending.Count - i);
            if (ascending[i] >= part)
                return Math.Max(1, part);
            left -= ascending[i];
        }
        // The tenant that wants most may have what the others leave.
        return Math.Max(1, left);
    }
}
