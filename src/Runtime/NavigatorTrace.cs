using System.Diagnostics;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime;

/// <summary>
/// Navigator's spans, one for each stage of a job. The row carries the context of the request, so that every stage is in the request's trace,
/// whether a message, an inline continuation, the sweeper or a replay starts it. If nothing listens, a stage still gets an activity, because its
/// log lines carry the trace's id and the job's.
/// </summary>
public static class NavigatorTrace
{
    public const string Name = "Navigator";

    /// <summary>Tag with the job's id.</summary>
    public const string JobId = "navigator.job.id";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The context that the row of a new job or replay gets; null outside a trace.</summary>
    public static string? Context => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null;

    /// <summary>The id of the job's trace; null if its row has none.</summary>
    public static string? IdOf(Job job) =>
        ActivityContext.TryParse(job.Options.Trace, null, out var context) ? context.TraceId.ToHexString() : null;

    /// <summary>Starts the span of one stage. The caller disposes it when the stage ends.</summary>
    /// <param name="name">A queue's name, or what is done to the job: a name from the code.</param>
    /// <param name="since">When it began, if before now: one call did the work of several jobs, or the job was held.</param>
    /// <param name="cause">The context of the request that caused the work, such as an operator's replay. The span links to it.</param>
    public static Activity Start(string name, Job job, DateTimeOffset since = default, string? cause = null)
    {
        var span = Start(name, job.Id, job.Options.Trace, since, cause);
        span.SetTag("navigator.job.attempt", job.Attempt);
        return span;
    }

    /// <inheritdoc cref="Start(string, Job, DateTimeOffset, string?)"/>
    /// <param name="trace">The context on the job's row; null: the row has none.</param>
    public static Activity Start(string name, Guid job, string? trace, DateTimeOffset since = default, string? cause = null)
    {
        var current = Activity.Current;
        var isKnown = ActivityContext.TryParse(trace, null, isRemote: true, out var row);
        // The work came here inside the job's trace: its place is below the message's span.
        var parent = current is not null && (!isKnown || current.TraceId == row.TraceId) ? current.Context : row;
        // Else the trace in which the work came here is only linked: a batch of messages, or the run of a sweeper.
        List<ActivityLink> links = current is not null && parent != current.Context ? [new ActivityLink(current.Context)] : [];
        if (ActivityContext.TryParse(cause, null, isRemote: true, out var origin))
            links.Add(new ActivityLink(origin));
        var span = Source.StartActivity(name, ActivityKind.Internal, parent, links: links, startTime: since) ?? Unheard(name, parent);
        span.SetTag(JobId, job.ToString());
        return span;
    }

    /// <summary>Marks the current stage as the one that ended badly.</summary>
    /// <param name="error">A code, never a text.</param>
    public static void Fail(string? error) => Activity.Current?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);

    /// <summary>Starts a span outside any job, such as the canary's.</summary>
    public static Activity? Start(string name) => Source.StartActivity(name);

    private static Activity Unheard(string name, ActivityContext parent)
    {
        var activity = new Activity(name);
        if (parent != default)
            activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        return activity.Start();
    }
}
