using MassTransit;
using Navigator.Contracts;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Settings;

namespace Navigator.Runtime.Flow;

/// <summary>Sends commands to their queues. Never throws because of the broker.</summary>
public delegate Task SendCommands(IReadOnlyList<Command> commands, CancellationToken token);

/// <summary>
/// The one way a command gets to the broker. A broker that freezes blocks its senders, and the bus does not honour their tokens in time
/// (MassTransit #1760 and #2722; 8.5.12 took 4.8 s with a token of 0.4 s). So no caller awaits a send bare: at most so many are outstanding,
/// and a caller waits no longer than a moment. A command that could not be sent is not tried again here. The row is committed and due, and
/// the sweeper sends the command then.
/// </summary>
public sealed partial class Dispatcher(IBus bus, NavigatorMode mode, LivePolicy policy, Bounds bounds, ILogger<Dispatcher> log)
{
    private readonly Gate room = bounds.Gate("sends", "broker", now => now.Sends.Outstanding);

    public Task Send(IReadOnlyList<Command> commands, CancellationToken token) =>
        commands.Count == 1 ? Send(commands[0], token) : Task.WhenAll(commands.Select(command => Send(command, token)));

    /// <summary>
    /// Begin to send, and wait for nothing: for a sweeper, which must not come late to a deadline because the broker is slow.
    /// Never more waits here than became due within the limit.
    /// </summary>
    public Task Start(IReadOnlyList<Command> commands, CancellationToken token)
    {
        _ = Send(commands, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Send(Command command, CancellationToken token)
    {
        var wait = policy.Now.Sends.Wait;
        if (await room.EnterWithin(wait, token) is not { } place)
        {
            LogNoRoom(command.GetType().Name);
            NavigatorMeter.SendsFailed.Add(1, KeyValuePair.Create("reason", (object?)"no_room"));
            return;
        }
        var sending = SendAndMakeRoom(command, place);
        try
        {
            await sending.WaitAsync(wait, token);
        }
        catch (TimeoutException)
        {
            // It goes on, holding its place until the broker says something; a command that arrives late does no harm.
            LogLate(command.GetType().Name);
        }
        catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
        {
            LogFailed(command.GetType().Name, error.GetType().Name);
            NavigatorMeter.SendsFailed.Add(1, KeyValuePair.Create("reason", (object?)"failed"));
        }
    }

    private async Task SendAndMakeRoom(Command command, Gate.Place place)
    {
        using (place)
        {
            var endpoint = await bus.GetSendEndpoint(QueueOf(command));
            await endpoint.Send(command, command.GetType());
        }
    }

    /// <summary>Sending to a queue makes it, with its exchange and the binding between them, where it is not; sending to an exchange makes that
    /// alone.</summary>
    private Uri QueueOf(Command command) => new((mode.TopologyIsGiven ? "exchange:" : "queue:") + command.Queue());

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} was not sent: too many sends are outstanding. The sweeper will.")]
    private partial void LogNoRoom(string command);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} is not confirmed yet: the broker is slow.")]
    private partial void LogLate(string command);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} was not sent ({Error}). The sweeper will.")]
    private partial void LogFailed(string command, string error);
}
