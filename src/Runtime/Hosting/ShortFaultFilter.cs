using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.Middleware.Rescue;
using Navigator.Storage;

namespace Navigator.Runtime.Hosting;

/// <summary>
/// Before a message goes to its _error queue: its headers get the failure's type and place, not its words. An exception may
/// quote what it stumbled over, and the bus copies 2,048 characters of its message (MassTransit #6168 only trims them). The rest
/// is in the log, without the words either.
/// </summary>
internal sealed partial class ShortFaultFilter(ILogger<ShortFaultFilter> log) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        // The database was away for longer than a message is retried. The message is sound: it goes back to its queue.
        if (PassingFailure.Is(context.Exception))
            ExceptionDispatchInfo.Throw(context.Exception);
        var error = context.Exception.GetBaseException();
        var queue = context.InputAddress.Segments[^1];
        LogFailed(context.GetMessageId(), queue, error.GetType().FullName, error.StackTrace);
        await next.Send(new RescueExceptionReceiveContext(context, new MessageFailedException(error)));
        // A message that failed before it met a consumer counts as not consumed, and would be moved to _skipped as well.
        if (!context.IsFaulted)
            await context.NotifyFaulted(context.Exception);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("short-fault");

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of {Queue} failed and is moved to its error queue: {Error}{StackTrace}")]
    private partial void LogFailed(Guid? messageId, string queue, string? error, string? stackTrace);
}

/// <summary>What an _error queue's headers say of a failure.</summary>
internal sealed class MessageFailedException(Exception error)
    : Exception($"{error.GetType().Name} in {error.TargetSite?.DeclaringType?.Name ?? "unknown"}.{error.TargetSite?.Name ?? "unknown"}");
