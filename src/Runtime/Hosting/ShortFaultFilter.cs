using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.Middleware.Rescue;
using Navigator.Storage;

namespace Navigator.Runtime.Hosting;

/// <summary>
/// Runs before a message is moved to its _error queue. Its headers get the failure's type and place without the exception's message, because the
/// message may quote data, and the bus copies 2,048 characters of it (MassTransit #6168 only trims them). The log gets the stack trace,
/// without the message too.
/// </summary>
internal sealed partial class ShortFaultFilter(ILogger<ShortFaultFilter> log) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        // The database was unavailable for longer than the retries last. The message itself is valid, so it goes back to its queue.
        if (PassingFailure.Is(context.Exception))
            ExceptionDispatchInfo.Throw(context.Exception);
        var error = context.Exception.GetBaseException();
        var queue = context.InputAddress.Segments[^1];
        LogFailed(context.GetMessageId(), queue, error.GetType().FullName, error.StackTrace);
        await next.Send(new RescueExceptionReceiveContext(context, new MessageFailedException(error)));
        // A message that failed before it reached a consumer counts as not consumed, and would be moved to _skipped too.
        if (!context.IsFaulted)
            await context.NotifyFaulted(context.Exception);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("short-fault");

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of {Queue} failed and is moved to its error queue: {Error}{StackTrace}")]
    private partial void LogFailed(Guid? messageId, string queue, string? error, string? stackTrace);
}

/// <summary>The failure as the headers of an _error queue show it.</summary>
internal sealed class MessageFailedException(Exception error)
    : Exception($"{error.GetType().Name} in {error.TargetSite?.DeclaringType?.Name ?? "unknown"}.{error.TargetSite?.Name ?? "unknown"}");
