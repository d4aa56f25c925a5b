using Navigator.Workers.Limits;

namespace Navigator.Workers.Upstreams;

/// <summary>
/// Lets an upstream rest that failed so many times in a row: whoever has rules instead of it should not wait for it each time. When
/// the rest is over, one call tries; the others go on without it until that has succeeded.
/// </summary>
internal sealed class UpstreamRest(TimeProvider clock)
{
    private readonly Lock gate = new();
    private int failures;
    private DateTimeOffset until;

    /// <returns>True: do not call. False once when the rest is over, for the call that tries.</returns>
    public bool IsOn(UpstreamLimits limits)
    {
        lock (gate)
        {
            if (limits.RestAfter is not { } after || failures < after)
                return false;
            var now = clock.GetUtcNow();
            if (now < until)
                return true;
            until = now + limits.Rest;
            return false;
        }
    }

    /// <returns>True when a rest begins with it.</returns>
    public bool Report(UpstreamLimits limits, bool failed)
    {
        lock (gate)
        {
            failures = failed ? failures + 1 : 0;
            if (failures < (limits.RestAfter ?? int.MaxValue))
                return false;
            until = clock.GetUtcNow() + limits.Rest;
            return failures == limits.RestAfter;
        }
    }
}
