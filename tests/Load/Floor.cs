using System.Diagnostics;
using System.Globalization;
using Navigator.Servers;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Navigator.Load;

/// <summary>What broker and database do by themselves on this machine: the floor that a whole job is compared with.</summary>
internal static class Floor
{
    /// <summary>Each waits for its confirm; the limiter below must not be near its bound, where it slows senders down.</summary>
    private const int Senders = 64;
    private const int Writers = 8;

    /// <returns>Messages and rows a second.</returns>
    public static async Task<(double Messages, double Rows)> Measure(TimeSpan length, CancellationToken token)
    {
        var servers = await ServerSet.Get();
        var hops = await Hops(servers, length, token);
        var rows = await Rows(servers, length, token);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"RabbitMQ: {hops:0} messages a second (quorum queue; durable, confirmed, consumed, acknowledged), {hops / 5:0} times five hops"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"PostgreSQL: {rows:0} rows a second (inserted and twice updated, each committed)"));
        return (hops, rows);
    }

    private static async Task<double> Hops(ServerSet servers, TimeSpan length, CancellationToken token)
    {
        var host = await servers.CreateVirtualHost();
        var factory = new ConnectionFactory { Uri = new Uri(host), ConsumerDispatchConcurrency = 4 };
        await using var connection = await factory.CreateConnectionAsync(token);
        await using var receiving = await connection.CreateChannelAsync(cancellationToken: token);
        await receiving.QueueDeclareAsync("floor", durable: true, exclusive: false, autoDelete: false, cancellationToken: token);
        await receiving.BasicQosAsync(0, 128, false, token);
        var received = 0;
        var consumer = new AsyncEventingBasicConsumer(receiving);
        consumer.ReceivedAsync += async (_, message) =>
        {
            await receiving.BasicAckAsync(message.DeliveryTag, false);
            Interlocked.Increment(ref received);
        };
        await receiving.BasicConsumeAsync("floor", false, consumer, token);
        await using var sending = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, new ThrottlingRateLimiter(16 * Senders)),
            token);
        var (body, properties, started) = (new byte[300], new BasicProperties { Persistent = true }, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < length)
                await sending.BasicPublishAsync("", "floor", mandatory: true, properties, body, token);
        }));
        var rate = received / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await servers.DeleteVirtualHost(host);
        return rate;
    }

    private static async Task<double> Rows(ServerSet servers, TimeSpan length, CancellationToken token)
    {
        var database = await servers.CreateDatabase();
        await using (var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { MaxAutoPrepare = 10, MaxPoolSize = Writers }))
        {
            await using (var create = source.CreateCommand("CREATE TABLE floor (id uuid PRIMARY KEY, state int NOT NULL, text text NOT NULL)"))
                await create.ExecuteNonQueryAsync(token);
            var (written, started) = (0, Stopwatch.GetTimestamp());
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
            {
                while (Stopwatch.GetElapsedTime(started) < length)
                {
                    var id = Guid.CreateVersion7();
                    foreach (var sql in new[] { "INSERT INTO floor VALUES ($1, 0, 'What is covered?')", "UPDATE floor SET state = 1 WHERE id = $1",
                        "UPDATE floor SET state = 2 WHERE id = $1" })
                    {
                        await using var command = source.CreateCommand(sql);
                        command.Parameters.Add(new NpgsqlParameter { Value = id });
                        await command.ExecuteNonQueryAsync(token);
                    }
                    Interlocked.Increment(ref written);
                }
            }));
            var rate = written / Stopwatch.GetElapsedTime(started).TotalSeconds;
            NpgsqlConnection.ClearAllPools();
            await source.DisposeAsync();
            await servers.DropDatabase(database);
            return rate;
        }
    }
}
