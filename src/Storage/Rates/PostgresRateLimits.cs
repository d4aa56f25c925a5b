using Npgsql;

namespace Navigator.Storage.Rates;

/// <summary>
/// The generic cell rate algorithm with one row per name and one round trip per call, on the database's clock. The statement reserves a time
/// slot that is at most the caller's longest wait ahead, and the caller then sleeps until the slot. Commits are asynchronous: a database crash
/// may lose the last reservations, which lets a few calls through early.
/// </summary>
internal sealed class PostgresRateLimits(NpgsqlDataSource database, TimeProvider clock) : IRateLimits
{
    public async Task<bool> Acquire(string name, Rate rate, TimeSpan within, CancellationToken token)
    {
        await using var command = database.WithoutTenant(
            """
            WITH unflushed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            INSERT INTO rate_limit AS kept (name, tat) SELECT $1, clock_timestamp() + $2 FROM unflushed
            ON CONFLICT (name) DO UPDATE SET tat = greatest(kept.tat, clock_timestamp()) + $2
            WHERE  greatest(kept.tat, clock_timestamp()) - $3 <= clock_timestamp() + $4
            RETURNING greatest(tat - $2 - $3 - clock_timestamp(), interval '0')
            """);
        var waits = await command.With(name).With(rate.Interval).With(Tolerance(rate)).With(within).All(row => row.GetTimeSpan(0), token);
        if (waits is not [var wait])
            return false;
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, clock, token);
        return true;
    }

    public async Task Hold(string name, Rate rate, TimeSpan time, CancellationToken token)
    {
        await using var command = database.WithoutTenant(
            """
            INSERT INTO rate_limit AS kept (name, tat) VALUES ($1, clock_timestamp() + $2)
            ON CONFLICT (name) DO UPDATE SET tat = greatest(kept.tat, excluded.tat)
            """);
        await command.With(name).With(time + Tolerance(rate)).Change(token);
    }

    public async Task<int> Available(string name, Rate rate, CancellationToken token)
    {
        await using var command = database.WithoutTenant("SELECT greatest(tat - clock_timestamp(), interval '0') FROM rate_limit WHERE name = $1");
        var debts = await command.With(name).All(row => row.GetTimeSpan(0), token);
        return debts is [var debt] ? (int)Math.Clamp(Math.Floor(rate.Burst - debt / rate.Interval), 0, rate.Burst) : rate.Burst;
    }

    /// <summary>How far ahead of an even pace a call may come.</summary>
    private static TimeSpan Tolerance(Rate rate) => rate.Interval * (rate.Burst - 1);
}
