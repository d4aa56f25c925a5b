using Navigator.Runtime.Tools;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Navigator.Runtime.Broker;

/// <summary>
/// Moves messages that failed (NAME_error) or had no consumer (NAME_skipped) back to the queue that they came from. A message is removed from
/// the error queue only after the broker has confirmed it in its original queue. A crash in between leaves it in both queues, never in none.
/// </summary>
public sealed class ErrorQueues(BrokerConnection broker, ToolSet tools)
{
    private static readonly string[] Suffixes = ["_error", "_skipped"];

    /// <summary>Headers that the bus added when the message failed. It adds them again after another failure.</summary>
    private static readonly string[] FaultHeaders = ["MT-Fault-", "MT-Reason", "MT-Host-"];

    /// <summary>Returns the queue whose failed messages are in this error queue; null if it is not an error queue.</summary>
    public static string? OriginOf(string queue, ToolSet tools) =>
        Suffixes.Where(suffix => queue.EndsWith(suffix, StringComparison.Ordinal)).Select(suffix => queue[..^suffix.Length])
            .FirstOrDefault(tools.Queues.Contains);

    /// <summary>Returns the number of messages; 0 if the queue does not exist, because the bus creates it with the first failed message.</summary>
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

    /// <returns>Number of messages moved. It is lower than requested if the queue is empty.</returns>
    /// <exception cref="BrokerUnavailableException">Messages moved before the failure stay moved and are not counted.</exception>
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
        var origin = OriginOf(queue, tools) ?? throw new ArgumentException($"{queue} is not an error queue.", nameof(queue));
        var moved = 0;
        while (moved < count && await channel.BasicGetAsync(queue, autoAck: false, token) is { } message)
        {
            var properties = new BasicProperties(message.BasicProperties) { Persistent = true };
            properties.Headers = properties.Headers?
                .Where(header => !Array.Exists(FaultHeaders, prefix => header.Key.StartsWith(prefix, StringComparison.Ordinal)))
                .ToDictionary();
            // Returns only after the broker has stored the message. Mandatory: a missing queue is an exception.
            await channel.BasicPublishAsync("", origin, mandatory: true, properties, message.Body, token);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, token);
            moved++;
        }
        return moved;
    }
}
