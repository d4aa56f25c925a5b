using System.Collections;
using System.Reflection;

namespace Navigator.Runtime.Limits;

/// <summary>The current policy. A change of concurrency.yaml takes effect here about a second later.</summary>
public sealed class LivePolicy(ConcurrencyPolicy policy)
{
    private ConcurrencyPolicy now = policy;

    /// <summary>Read it at each use and do not cache it, so that changes take effect.</summary>
    public ConcurrencyPolicy Now => Volatile.Read(ref now);

    public event Action? Changed;

    /// <summary>Replaces the policy.</summary>
    /// <returns>The changes in force now, and those in force after the next start, as paths such as queues.search-web.InFlight.</returns>
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
