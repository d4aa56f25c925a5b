using System.Collections.Concurrent;
using Npgsql;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

public sealed class DatabaseFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    private const string Database = "postgres";

    [FaultFact]
    public async Task The_database_is_killed_and_then_restarted_in_order() => await Run(
        async stage =>
        {
            for (var round = 0; round < (Long ? 3 : 1); round++)
            {
                await stage.History.WithoutDatabase(async () =>
                {
                    Servers.Servers.Kill(Database);
                    await Task.Delay(Seconds(0.5, 3));
                    await Servers.Servers.Restart();
                });
                await Task.Delay(Seconds(2, 5));
                await stage.History.WithoutDatabase(async () =>
                {
                    Servers.Servers.Stop(Database);
                    await Task.Delay(Seconds(1, 3));
                    await Servers.Servers.Restart();
                });
                await Task.Delay(Seconds(1, 5));
            }
        },
        after: AssertRefusedInTime);

    [FaultFact(longOnly: true)]
    public async Task The_database_is_frozen() => await Run(
        async stage => await stage.History.WithoutDatabase(async () =>
        {
            Servers.Servers.Freeze(Database);
            await Task.Delay(Seconds(5, 30));
            Servers.Servers.Thaw(Database);
        }),
        after: AssertRefusedInTime);

    /// <summary>And whoever waits for it holds one of three connections that a process may have.</summary>
    [FaultFact(longOnly: true)]
    public async Task The_table_of_jobs_is_locked_and_the_pools_are_small() => await Run(
        async stage => await stage.System.Execute(
            $"BEGIN; LOCK TABLE chat_job IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep({(Long ? 10 : 5)}); COMMIT"),
        after: AssertRefusedInTime, settings: [("Concurrency__Postgres__MaxConnections", "3"), ("Concurrency__Postgres__MinConnections", "0")]);

    /// <summary>Somebody else has all connections that the server grants, and the pools have just lost theirs.</summary>
    [FaultFact(longOnly: true)]
    public async Task No_connection_is_left() => await Run(
        async stage =>
        {
            var held = new ConcurrentBag<NpgsqlConnection>();
            // Each round takes the places of the connections that it killed.
            for (var round = 0; round < 4; round++)
            {
                await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => HoldAll(stage.System.Database, held)));
                await Kill(held.First());
            }
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => HoldAll(stage.System.Database, held)));
            await Task.Delay(Seconds(3, 15));
            // One by one: three hundred server processes that end at once keep two processors busy for five seconds.
            foreach (var connection in held)
            {
                await connection.DisposeAsync();
                await Task.Delay(20);
            }
        },
        after: AssertRefusedInTime);

    private static async Task HoldAll(string database, ConcurrentBag<NpgsqlConnection> held)
    {
        while (true)
        {
            var connection = new NpgsqlConnection(database + ";Pooling=false;Timeout=5");
            try
            {
                await connection.OpenAsync();
                held.Add(connection);
            }
            catch (NpgsqlException)
            {
                await connection.DisposeAsync();
                return;
            }
        }
    }

    private static async Task Kill(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'navigator' AND datname = current_database()",
            connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Whoever could not be served was told so, with 503 and within a second and a bit.</summary>
    private static void AssertRefusedInTime(Stage stage)
    {
        var refused = stage.History.Calls.Where(call => call.Outcome is not ("200" or "202")).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, call => Assert.Equal("503", call.Outcome));
        // A key to look up, and the question itself: each waits for a connection, or for its statement, about a second.
        Assert.All(refused.Where(call => call.Method == "POST"), call => Assert.InRange(call.Took, TimeSpan.Zero, Seconds(15, 2.5)));
    }
}
