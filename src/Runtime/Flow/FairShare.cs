using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Flow;

/// <summary>
/// How many of a tenant's questions may be under way at once: sent to workers, and not ended. The room is shared like water that
/// is poured on the tenants: those that want less than an equal part get all they want, the others divide the rest equally. One
/// that is alone gets all of it. The broker's queues stay short, so that their order does not matter.
/// </summary>
/// <param name="policy">How much room each worker process brings.</param>
public sealed class FairShare(LivePolicy policy)
{
    private int level = policy.Now.Admission.UnderWayPerWorker;

    /// <summary>As the last look at the ledger left it. The next look corrects what was sent by an older one.</summary>
    public int Level => Volatile.Read(ref level);

    /// <param name="workers">Worker processes that take questions now; none counts as one, which will come.</param>
    /// <param name="unfinished">Unfinished jobs of each tenant that has any.</param>
    public void Share(int workers, IEnumerable<int> unfinished) =>
        Volatile.Write(ref level, LevelOf(policy.Now.Admission.UnderWayPerWorker * Math.Max(1, workers), unfinished));

    /// <summary>The most that one tenant may have under way, so that all together have no more than there is room for. At least 1.</summary>
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
        // The one that wants most may have what the others leave.
        return Math.Max(1, left);
    }
}
