namespace Navigator.Runtime.Upstreams;

/// <summary>Kinds of upstream failures.</summary>
public enum UpstreamFailure
{
    /// <summary>The upstream is down, overloaded, too slow or unreachable. A later call may succeed.</summary>
    Unavailable,

    /// <summary>The upstream rejected this request (4xx).</summary>
    Rejected,

    /// <summary>The response cannot be used: malformed, too large, or not of the schema.</summary>
    Invalid,

    /// <summary>The upstream's content filter refused the request.</summary>
    Filtered,
}

/// <summary>An upstream failed. The message contains no question and no answer, because it is written to logs and message headers.</summary>
public sealed class UpstreamException(
    string upstream, UpstreamFailure failure, string reason, TimeSpan? retryAfter = null, bool isFinal = false, bool isLate = false)
    : Exception($"{upstream}: {reason}")
{
    public UpstreamFailure Failure { get; } = failure;

    /// <summary>The reason alone, for callers.</summary>
    public string Reason { get; } = reason;

    /// <summary>When the upstream wants the next try; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>
    /// True if there was no time for the call: the rate allowed none, or the caller's time was nearly over. A retry is useless, and the failure
    /// does not count against the upstream.
    /// </summary>
    public bool IsFinal { get; } = isFinal;

    /// <summary>True if the call may succeed with more time.</summary>
    public bool IsLate { get; } = isLate;

    /// <summary>As metrics name it.</summary>
    public string Kind => IsLate ? "Late" : Failure.ToString();
}
