using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Runtime.Tools;

/// <summary>Everything that the rest of the system knows about a tool. Code that concerns all tools enumerates the descriptors.</summary>
public sealed record ToolDescriptor
{
    /// <summary>The name in the ledger and in <c>degraded</c>.</summary>
    public required Tool Name { get; init; }

    /// <summary>The queue of the tool's first message. Its limits are in concurrency.yaml or come with the tool.</summary>
    public required string Queue { get; init; }

    /// <summary>Creates the tool's message for a job's attempt. The message's queue is <see cref="Queue"/>.</summary>
    public required Func<Guid, int, JobCommand> Command { get; init; }

    /// <summary>Further queues that the tool's work passes.</summary>
    public IReadOnlyList<string> FurtherQueues { get; init; } = [];

    /// <summary>Upstreams that only this tool calls. Their limits are in concurrency.yaml or come with the tool.</summary>
    public IReadOnlyList<string> Upstreams { get; init; } = [];

    /// <summary>True if the job is answered without the tool when it fails or is late. A tool that is not optional fails the job.</summary>
    public bool IsOptional { get; init; }

    /// <summary>True if the tool is configured. Other tools are not planned.</summary>
    public bool IsConfigured { get; init; } = true;

    /// <summary>Returns true if the caller allows the tool.</summary>
    public Func<JobOptions, bool> IsAllowed { get; init; } = _ => true;

    /// <summary>The text after the tool's name in <c>degraded</c> if it fails and no upstream gave a reason.</summary>
    public string FailedText { get; init; } = "it failed";

    /// <summary>The text after the tool's name in <c>degraded</c> if it did not report in time.</summary>
    public string LateText { get; init; } = "no result in time";

    /// <summary>Its line where embedded mode says at start-up what it does: "Web", "Tavily at api.tavily.com". Null: none.</summary>
    public (string Title, string Text)? Greeting { get; init; }

    public required ToolPlanning Planning { get; init; }

    /// <summary>Returns true if the tool found a good match. If no tool did, a second wave follows.</summary>
    public required Func<ToolResults, bool> HasFoundEnough { get; init; }

    /// <summary>Returns the tool's result as sources for the answer. Reads the text again if the result contains ids only.</summary>
    public required Func<Job, IPassageIndex, CancellationToken, Task<IReadOnlyList<Source>>> Sources { get; init; }

    /// <summary>True if planning may use the tool for this question.</summary>
    public bool MayBeAsked(JobOptions options) => IsConfigured && IsAllowed(options);
}
