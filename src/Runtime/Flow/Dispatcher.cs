using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Settings;

namespace Navigator.Runtime.Flow;

/// <summary>Sends commands to their queues. A failure of the broker does not throw.</summary>
public delegate Task SendCommands(IReadOnlyList<Command> commands, CancellationToken token);

/// <summary>
/// The only sender of commands. A frozen broker blocks its senders, and the bus does not honour their tokens in time (MassTransit #1760 and
/// #2722; 8.5.12 took 4.8 s with a token of 0.4 s). Therefore the number of outstanding sends is limited, and a caller waits only briefly.
/// The dispatcher does not retry. The row is committed and due, so the sweeper sends the command later.
/// </summary>
public sealed partial class Dispatcher(IBus bus, NavigatorMode mode, LivePolicy policy, LimitRegistry registry, ILogger<Dispatcher> log)
{
    private readonly Bulkhead room = registry.Bulkhead("sends", "broker", now => now.Sends.Outstanding);

    public Task Send(IReadOnlyList<Command> commands, CancellationToken token) =>
        commands.Count == 1 ? Send(commands[0], token) : Task.WhenAll(commands.Select(command => Send(command, token)));

    /// <summary>
    /// Starts sending without waiting: for a sweeper, which must not miss a deadline because the broker is slow. The sweeper's limit bounds the
    /// number of commands that wait here.
    /// </summary>
    public Task Start(IReadOnlyList<Command> commands, CancellationToken token)
    {
        _ = Send(commands, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Send(Command command, CancellationToken token)
    {
        var wait = policy.Now.Sends.Wait;
        if (await room.EnterWithin(wait, token) is not { } permit)
        {
            LogNoRoom(command.GetType().Name);
            NavigatorMeter.SendsFailed.Add(1, KeyValuePair.Create("reason", (object?)"no_room"));
            return;
        }
        var sending = SendAndMakeRoom(command, permit);
        try
        {
            await sending.WaitAsync(wait, token);
        }
        catch (TimeoutException)
        {
            // The send continues and keeps its permit until the broker replies. A command that arrives late does no harm.
            LogLate(command.GetType().Name);
        }
        catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
        {
            LogFailed(command.GetType().Name, error.GetType().Name);
            NavigatorMeter.SendsFailed.Add(1, KeyValuePair.Create("reason", (object?)"failed"));
        }
    }

    private async Task SendAndMakeRoom(Command command, Bulkhead.Permit permit)
    {
        using (permit)
        {
            var endpoint = await bus.GetSendEndpoint(QueueOf(command));
            await endpoint.Send(command, command.GetType());
        }
    }

    /// <summary>
    /// A "queue:" address makes the bus declare the queue, its exchange and their binding. An "exchange:" address declares the exchange only.
    /// </summary>
    private Uri QueueOf(Command command) => new((mode.TopologyIsGiven ? "exchange:" : "queue:") + command.Queue());

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} was not sent, because too many sends are outstanding. The sweeper sends it later")]
    private partial void LogNoRoom(string command);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker has not confirmed {Command} yet. The sweeper sends it again if it was lost")]
    private partial void LogLate(string command);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} was not sent ({Error}). The sweeper sends it later")]
    private partial void LogFailed(string command, string error);
}
