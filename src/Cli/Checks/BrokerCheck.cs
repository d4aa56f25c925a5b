using System.Globalization;
using System.Net.Security;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Navigator.Cli.Checks;

/// <summary>RabbitMQ, with the address and the user that the processes use. Nothing is published to a queue and no message is taken.</summary>
/// <param name="address">ConnectionStrings__RabbitMq.</param>
/// <param name="topologyIsGiven">Broker__TopologyIsGiven.</param>
internal sealed class BrokerCheck(string address, IReadOnlyList<string> queues, bool topologyIsGiven)
{
    private const string Name = "broker";
    private static readonly Version Oldest = new(4, 0);

    public async Task<IReadOnlyList<Finding>> Run(CancellationToken token)
    {
        var uri = new Uri(address);
        var where = $"{uri.Host}:{(uri.Port > 0 ? uri.Port : uri.Scheme == "amqps" ? 5671 : 5672)}";
        IConnection connection;
        try
        {
            connection = await Connect(uri, token);
        }
        catch (Exception error) when (error is BrokerUnreachableException or OperationInterruptedException or TimeoutException)
        {
            return [NotConnected(error, uri, where)];
        }
        try
        {
            List<Finding> findings = [Finding.Ok(Name, $"{where} answers and accepts the user"), VersionOf(connection)];
            var states = new List<BrokerQueue>();
            foreach (var queue in queues)
                states.Add(await BrokerQueue.Examine(connection, queue, token));
            findings.AddRange(Queues(states));
            // Last, because a broker with an alarm stops reading from a connection that publishes.
            findings.Add(await Alarms(connection, token));
            return findings;
        }
        finally
        {
            _ = connection.AbortAsync(TimeSpan.FromSeconds(1)).ContinueWith(_ => connection.Dispose(), TaskScheduler.Default);
        }
    }

    private static Task<IConnection> Connect(Uri uri, CancellationToken token)
    {
        var factory = new ConnectionFactory
        {
            Uri = uri,
            ClientProvidedName = "navigator doctor",
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = Examination.Patience,
            ContinuationTimeout = Examination.Patience,
        };
        // The default would accept a certificate for any name.
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        return factory.CreateConnectionAsync(token).WaitAsync(Examination.Patience, token);
    }

    private static Finding NotConnected(Exception error, Uri uri, string where)
    {
        var causes = Causes(error).ToList();
        if (causes.Exists(cause => cause is AuthenticationFailureException or PossibleAuthenticationFailureException))
            return Finding.Fail(Name, $"{where} refuses the user or the password of ConnectionStrings__RabbitMq",
                "Correct the connection string, or: rabbitmqctl change_password USER PASSWORD");
        if (causes.OfType<OperationInterruptedException>().Any(cause => cause.ShutdownReason?.ReplyCode == Constants.NotAllowed))
            return Finding.Fail(Name, $"{where} has no virtual host '{Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'))}' for this user",
                "Name an existing one at the end of ConnectionStrings__RabbitMq, or: rabbitmqctl add_vhost and set_permissions");
        return Finding.Fail(Name, $"{where} does not answer: {Examination.Reason(error)}",
            "Start RabbitMQ, or correct host and port of ConnectionStrings__RabbitMq.");
    }

    private static IEnumerable<Exception> Causes(Exception error)
    {
        yield return error;
        var inner = error is AggregateException all ? all.InnerExceptions : error.InnerException is { } one ? [one] : (IEnumerable<Exception>)[];
        foreach (var cause in inner.SelectMany(Causes))
            yield return cause;
    }

    private static Finding VersionOf(IConnection connection)
    {
        const string check = $"{Name}.version";
        var text = connection.ServerProperties?.TryGetValue("version", out var value) == true && value is byte[] bytes
            ? Encoding.UTF8.GetString(bytes)
            : "unknown";
        return Version.TryParse(text.Split('-', '+')[0], out var version) && version >= Oldest
            ? Finding.Ok(check, $"RabbitMQ {text}")
            : Finding.Fail(check, $"RabbitMQ {text}", $"Update it to {Oldest} or newer: quorum queues are not the default type before.");
    }

    private IEnumerable<Finding> Queues(List<BrokerQueue> states)
    {
        static string Names(IEnumerable<BrokerQueue> some) => string.Join(", ", some.Select(queue => queue.Name));
        static Finding Judge(string check, List<BrokerQueue> wrong, Outcome outcome, string problem, string mend, string right) => wrong.Count == 0
            ? Finding.Ok(check, right)
            : new Finding(check, outcome, $"{problem}: {Names(wrong)}", mend);

        var existing = states.Where(queue => queue.Exists).ToList();
        var missing = states.Except(existing).ToList();
        yield return missing.Count > 0
            ? Finding.Warn($"{Name}.queues", $"missing: {Names(missing)}",
                "Workers make them at their start. With Broker__TopologyIsGiven, import compose/rabbitmq/definitions.json.")
            : Judge($"{Name}.queues", [.. existing.Where(queue => queue.Type != "quorum")], Outcome.Fail, "no quorum queues, lost with their node",
                "Set default_queue_type = quorum for the virtual host, stop Navigator, delete the queues, and start it again: the jobs are in the "
                    + "database and are sent again.", $"{existing.Count} quorum queues");

        var reads = existing.Exists(queue => queue.MayRead);
        // An API with a given topology only sends: definitions.json gives it no right to read.
        var lacks = existing.Where(queue => !queue.MayConfigure || !queue.MayWrite || !queue.MayRead && (reads || !topologyIsGiven)).ToList();
        yield return Judge($"{Name}.permissions", lacks, Outcome.Fail,
            string.Join(", ", existing.SelectMany(queue => queue.Lacks).Distinct(StringComparer.Ordinal)) is { Length: > 0 } rights
                ? $"no right to {rights}" : "no rights",
            "rabbitmqctl set_permissions -p VHOST USER with the patterns of compose/rabbitmq/definitions.json",
            reads ? "may configure, write and read every queue" : "may configure and write every queue, as an API; may read none");

        yield return Judge($"{Name}.consumers", [.. existing.Where(queue => queue.Consumers == 0)], Outcome.Warn, "no worker takes messages from",
            "Start workers (src/Workers). If they run, look at their log and their /health/ready.", "every queue has a consumer");
        var failed = existing.Where(queue => queue.Failed > 0).ToList();
        yield return Judge($"{Name}.failed_messages", failed, Outcome.Warn,
            string.Create(CultureInfo.InvariantCulture, $"{failed.Sum(queue => queue.Failed)} messages lie in _error or _skipped of"),
            "Read the workers' log for the reason, mend it, and move them back: navigator replay --queue NAME_error", "none");
    }

    /// <summary>
    /// A broker that is short of memory or disk tells it to a connection that publishes. The message has no queue: the broker drops it.
    /// </summary>
    private async Task<Finding> Alarms(IConnection connection, CancellationToken token)
    {
        const string check = $"{Name}.alarms";
        var blocked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionBlockedAsync += (_, reason) =>
        {
            blocked.TrySetResult(reason.Reason);
            return Task.CompletedTask;
        };
        var channel = await connection.CreateChannelAsync(cancellationToken: token);
        try
        {
            await channel.BasicPublishAsync("", "navigator-doctor-has-no-queue", ReadOnlyMemory<byte>.Empty, token);
            // The reply to this call shows that the broker has read the message before it.
            var read = channel.QueueDeclarePassiveAsync(queues[0], token);
            await Task.WhenAny(blocked.Task, read).WaitAsync(Examination.Patience, token);
            if (!blocked.Task.IsCompleted)
                await read;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.AccessRefused)
        {
            return Finding.Fail(check, "this user may not publish at all (no right to write to amq.default)",
                "rabbitmqctl set_permissions -p VHOST USER with the patterns of compose/rabbitmq/definitions.json");
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
        }
        catch (TimeoutException)
        {
            return Finding.Fail(check, "the broker does not read what is published", "rabbitmq-diagnostics alarms; make space or memory.");
        }
        return blocked.Task.IsCompleted
            ? Finding.Fail(check, $"the broker blocks publishers: {await blocked.Task}",
                "rabbitmq-diagnostics alarms; make disk space or memory. Accepted questions wait in the database meanwhile.")
            : Finding.Ok(check, "none: publishers are not blocked");
    }
}
