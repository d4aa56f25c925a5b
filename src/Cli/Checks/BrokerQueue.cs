using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Navigator.Cli.Checks;

/// <summary>A queue, and this user's rights on it. RabbitMQ checks rights by name, so those on the exchange of the same name are the same.</summary>
/// <param name="Type">quorum, or what the broker says instead; null if the queue does not exist.</param>
/// <param name="Failed">Messages in its _error and _skipped queues.</param>
internal sealed record BrokerQueue(
    string Name, bool Exists, string? Type, uint Consumers, uint Failed, bool MayConfigure, bool MayWrite, bool MayRead)
{
    private const string Quorum = "quorum";

    /// <summary>The rights that this user does not have.</summary>
    public IEnumerable<string> Lacks =>
        new[] { ("configure", MayConfigure), ("write", MayWrite), ("read", MayRead) }.Where(right => !right.Item2).Select(right => right.Item1);

    /// <summary>
    /// Declares the queue and its binding as they are. That changes nothing, and the broker refuses it if a right is missing or the queue is of
    /// another type. The user of a process has no other way to ask.
    /// </summary>
    public static async Task<BrokerQueue> Examine(IConnection connection, string name, CancellationToken token)
    {
        var (found, refused) = await Ask(connection, channel => channel.QueueDeclarePassiveAsync(name, token), token);
        if (found is null)
            return new BrokerQueue(name, refused?.ReplyCode != Constants.NotFound, null, 0, 0, false, false, false);

        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = Quorum };
        var (_, declared) = await Ask(connection,
            channel => channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: token),
            token);
        var (_, bound) = await Ask(connection,
            async channel =>
            {
                await channel.QueueBindAsync(name, exchange: name, routingKey: "", cancellationToken: token);
                return new QueueDeclareOk(name, 0, 0);
            },
            token);
        // The right to write to the queue is checked first, the right to read from the exchange after it.
        var mayNotRead = bound is { ReplyCode: Constants.AccessRefused } && bound.ReplyText.Contains("exchange '", StringComparison.Ordinal);
        var mayNotWrite = bound is { ReplyCode: Constants.AccessRefused } && !mayNotRead;
        return new BrokerQueue(
            name, true, declared is { ReplyCode: Constants.PreconditionFailed } ? declared.ReplyText : Quorum, found.ConsumerCount,
            await CountFailed(connection, name, token), declared?.ReplyCode != Constants.AccessRefused, !mayNotWrite, !mayNotRead && !mayNotWrite);
    }

    private static async Task<uint> CountFailed(IConnection connection, string name, CancellationToken token)
    {
        uint failed = 0;
        foreach (var suffix in new[] { "_error", "_skipped" })
            failed += (await Ask(connection, channel => channel.QueueDeclarePassiveAsync(name + suffix, token), token)).Reply?.MessageCount ?? 0;
        return failed;
    }

    /// <summary>On a channel of its own, because the broker closes a channel with each refusal.</summary>
    private static async Task<(QueueDeclareOk? Reply, ShutdownEventArgs? Refused)> Ask(
        IConnection connection, Func<IChannel, Task<QueueDeclareOk>> ask, CancellationToken token)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: token);
        try
        {
            return (await ask(channel), null);
        }
        catch (OperationInterruptedException error)
        {
            return (null, error.ShutdownReason);
        }
    }
}
