using Navigator.Runtime.Tools;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Navigator.Runtime.Broker;

/// <summary>
/// Messages that nobody could handle (NAME_error) or nobody understood (NAME_skipped), moved back to the queue they came from.
/// Each is confirmed there before it is removed here: killed half-way, a message is in both and never in none.
/// </summary>
public sealed class ErrorQueues(BrokerConnection broker, ToolSet tools)
{
    private static readonly string[] Suffixes = ["_error", "_skipped"];

    /// <summary>What the bus added when it gave a message up; it would add it again.</summary>
    private static readonly string[] FaultHeaders = ["MT-Fault-", "MT-Reason", "MT-Host-"];

    /// <summary>The queue that a message of this error queue came from; null when it is none.</summary>
    public static string? OriginOf(string queue, ToolSet tools) =>
        Suffixes.Where(suffix => queue.EndsWith(suffix, StringComparison.Ordinal)).Select(suffix => queue[..^suffix.Length])
            .FirstOrDefault(tools.Queues.Contains);

    /// <summary>How many messages it holds; 0 when it does not exist: it is made when the first message fails.</summary>
    /// <exception cref="BrokerUnavailableException" />
    public async Task<int> Count(string queue, CancellationToken token)
    {
        try
        {
            return (int)await broker.Use(channel => channel.MessageCountAsync(queue, token), null, token);
        }
        catch (OperationInterruptedException)
        {
            return 0;
        }
    }

    /// <returns>How many were moved: fewer than wanted when the queue is empty.</returns>
    /// <exception cref="BrokerUnavailableException">What was moved until then stays moved, and is not counted.</exception>
    public async Task<int> Move(string queue, int count, CancellationToken token)
    {
        try
        {
            return await broker.Use(channel => Move(channel, queue, count, token), new CreateChannelOptions(true, true), token);
        }
        catch (OperationInterruptedException)
        {
            return 0;
        }
    }

    private async Task<int> Move(IChannel channel, string queue, int count, CancellationToken token)
    {
        var origin = OriginOf(queue, tools) ?? throw new ArgumentException($"{queue} is no error queue.", nameof(queue));
        var moved = 0;
        while (moved < count && await channel.BasicGetAsync(queue, autoAck: false, token) is { } message)
        {
            var properties = new BasicProperties(message.BasicProperties) { Persistent = true };
            properties.Headers = properties.Headers?
                .Where(header => !Array.Exists(FaultHeaders, prefix => header.Key.StartsWith(prefix, StringComparison.Ordinal)))
                .ToDictionary();
            // Returns only when the broker has it in the queue: a mandatory message without one is an exception.
            await channel.BasicPublishAsync("", origin, mandatory: true, properties, message.Body, token);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, token);
            moved++;
        }
        return moved;
    }
}
