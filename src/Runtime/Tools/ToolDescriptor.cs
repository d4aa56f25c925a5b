using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Runtime.Tools;

/// <summary>All that the rest of the system knows of a tool. Everything that concerns every tool enumerates these.</summary>
public sealed record ToolDescriptor
{
    /// <summary>As it stands in the ledger and in <c>degraded</c>.</summary>
    public required Tool Name { get; init; }

    /// <summary>The queue that begins its work. Its entry stands in concurrency.yaml, or comes with the tool.</summary>
    public required string Queue { get; init; }

    /// <summary>The message that asks it about a job's attempt. Its queue is <see cref="Queue"/>.</summary>
    public required Func<Guid, int, JobCommand> Command { get; init; }

    /// <summary>Queues that its work goes through after the first.</summary>
    public IReadOnlyList<string> FurtherQueues { get; init; } = [];

    /// <summary>The upstreams that it alone calls. Their entries stand in concurrency.yaml, or come with the tool.</summary>
    public IReadOnlyList<string> Upstreams { get; init; } = [];

    /// <summary>A job is answered without it when it fails or is late, and says so. A tool that is not optional fails the job.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Is there anybody to ask? A tool that is not configured is not planned.</summary>
    public bool IsConfigured { get; init; } = true;

    /// <summary>Does the caller allow that it is asked?</summary>
    public Func<JobOptions, bool> IsAllowed { get; init; } = _ => true;

    /// <summary>What follows its name in <c>degraded</c> when it fails and no upstream gave a reason.</summary>
    public string FailedText { get; init; } = "it failed";

    /// <summary>What <c>degraded</c> says after its name when its result was not there in time.</summary>
    public string LateText { get; init; } = "no result in time";

    /// <summary>Its line where embedded mode says at start-up what it does: "Web", "Tavily at api.tavily.com". Null: none.</summary>
    public (string Title, string Text)? Greeting { get; init; }

    public required ToolPlanning Planning { get; init; }

    /// <summary>Did it find something worth an answer? If no tool did, there is a second wave.</summary>
    public required Func<ToolResults, bool> HasFoundEnough { get; init; }

    /// <summary>What it found, as sources of an answer: read anew where its result holds ids only.</summary>
    public required Func<Job, IPassageIndex, CancellationToken, Task<IReadOnlyList<Source>>> Sources { get; init; }

    /// <summary>May planning ask it about this question?</summary>
    public bool MayBeAsked(JobOptions options) => IsConfigured && IsAllowed(options);
}
