using System.Collections;
using System.Reflection;

namespace Navigator.Runtime.Limits;

/// <summary>The policy as it stands now: a change of concurrency.yaml is in force here a moment later.</summary>
public sealed class LivePolicy(ConcurrencyPolicy policy)
{
    private ConcurrencyPolicy now = policy;

    /// <summary>Read at each use and never kept, or a change would not be seen.</summary>
    public ConcurrencyPolicy Now => Volatile.Read(ref now);

    public event Action? Changed;

    /// <summary>Put a new policy in force.</summary>
    /// <returns>What of the change is in force now, and what will be after the next start; paths like queues.search-web.InFlight.</returns>
    public (IReadOnlyList<string> Now, IReadOnlyList<string> AtStart) Replace(ConcurrencyPolicy next)
    {
        var changes = new List<(string Path, bool AtStart)>();
        Compare(Now, next, "", changes);
        Volatile.Write(ref now, next);
        Changed?.Invoke();
        return ([.. changes.Where(change => !change.AtStart).Select(change => change.Path)],
            [.. changes.Where(change => change.AtStart).Select(change => change.Path)]);
    }

    private static void Compare(object before, object after, string path, List<(string, bool)> changes)
    {
        foreach (var property in before.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var (old, now) = (property.GetValue(before), property.GetValue(after));
            var here = path + property.Name;
            if (old is IDictionary entries)
                foreach (string name in entries.Keys)
                    Compare(entries[name]!, ((IDictionary)now!)[name]!, $"{here}.{name}.", changes);
            else if (property.PropertyType.IsClass && property.PropertyType != typeof(string) && old is not null && now is not null)
                Compare(old, now, $"{here}.", changes);
            else if (!Equals(old, now))
                changes.Add((here, property.GetCustomAttribute<AtStartAttribute>() is not null));
        }
    }
}
