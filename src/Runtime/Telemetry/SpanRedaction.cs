using System.Diagnostics;
using System.Reflection;
using OpenTelemetry;

namespace Navigator.Runtime.Telemetry;

/// <summary>
/// Removes from a span, before it is exported, what a caller or a tenant wrote: paths, queries, addresses of webhooks, the names of programs, and
/// the messages of exceptions. An exception's type stays, as error.type.
/// </summary>
internal sealed class SpanRedaction : BaseProcessor<Activity>
{
    private static readonly string[] Everywhere = ["url.full", "url.path", "url.query", "user_agent.original", "client.address"];

    /// <summary>The Host header.</summary>
    private static readonly string[] OfRequests = ["server.address", "server.port"];

    /// <summary>
    /// No public method removes an event, and MassTransit and Npgsql write an exception's message into one. A test fails if a newer runtime names
    /// the field otherwise.
    /// </summary>
    private static readonly FieldInfo Events = typeof(Activity).GetField("_events", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(nameof(Activity), "_events");

    public override void OnEnd(Activity data)
    {
        foreach (var tag in Everywhere)
            data.SetTag(tag, null);
        if (data.Kind == ActivityKind.Server)
            foreach (var tag in OfRequests)
                data.SetTag(tag, null);
        foreach (var happened in data.EnumerateEvents())
            if (happened.Tags.FirstOrDefault(tag => tag.Key == "exception.type").Value is { } type)
                data.SetTag("error.type", type);
        Events.SetValue(data, null);
        // The description may be an exception's message.
        data.SetStatus(data.Status);
    }
}
