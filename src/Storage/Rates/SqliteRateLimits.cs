using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Rates;

/// <summary>
/// The generic cell rate algorithm with one row per name, as in PostgreSQL. The transaction reserves a time slot that is at most the caller's
/// longest wait ahead, and the caller then sleeps until the slot.
/// </summary>
internal sealed class SqliteRateLimits(SqliteDatabase database, TimeProvider clock) : IRateLimits
{
    public async Task<bool> Acquire(string name, Rate rate, TimeSpan within, CancellationToken token)
    {
        if (await database.Write(session => Take(session, name, rate, within), token) is not { } wait)
            return false;
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, token);
        return true;
    }

    public Task Hold(string name, Rate rate, TimeSpan time, CancellationToken token) => database.Write(
        session => session.Change(
            "INSERT INTO rate_limit (name, tat) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET tat = max(tat, excluded.tat)",
            name, session.Now + time + Tolerance(rate)),
        token);

    public Task<int> Available(string name, Rate rate, CancellationToken token) => database.Read(
        session => (int)Math.Clamp(Math.Floor(rate.Burst - (DueAt(session, name) - session.Now) / rate.Interval), 0, rate.Burst), token);

    /// <summary>Returns the wait until the reserved slot; null if no slot comes in time, and then none is reserved.</summary>
    private static TimeSpan? Take(SqliteSession session, string name, Rate rate, TimeSpan within)
    {
        var due = DueAt(session, name);
        var wait = due - Tolerance(rate) - session.Now;
        if (wait > within)
            return null;
        session.Change(
            "INSERT INTO rate_limit (name, tat) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET tat = excluded.tat", name, due + rate.Interval);
        return wait;
    }

    /// <summary>When the next slot comes at an even pace: now if the row's time has passed or there is no row.</summary>
    private static DateTimeOffset DueAt(SqliteSession session, string name) =>
        session.All("SELECT tat FROM rate_limit WHERE name = $1", row => row.Time(0), name) is [var tat] && tat > session.Now ? tat : session.Now;

    /// <summary>How far ahead of an even pace a call may come.</summary>
    private static TimeSpan Tolerance(Rate rate) => rate.Interval * (rate.Burst - 1);
}
