namespace Navigator.Runtime.Upstreams;

/// <summary>Why an upstream did not help.</summary>
public enum UpstreamFailure
{
    /// <summary>Down, overloaded, too slow or out of reach: later it may work.</summary>
    Unavailable,

    /// <summary>It does not take this request: 4xx.</summary>
    Rejected,

    /// <summary>It answered something that cannot be used: malformed, too large, of the wrong shape.</summary>
    Invalid,

    /// <summary>Its content filter said no.</summary>
    Filtered,
}

/// <summary>An upstream failed. The message is short and never holds what was asked or answered: it ends up in logs and headers.</summary>
public sealed class UpstreamException(
    string upstream, UpstreamFailure failure, string reason, TimeSpan? retryAfter = null, bool isFinal = false, bool isLate = false)
    : Exception($"{upstream}: {reason}")
{
    public UpstreamFailure Failure { get; } = failure;

    /// <summary>The reason alone, fit for a person.</summary>
    public string Reason { get; } = reason;

    /// <summary>When the upstream asked to be tried again; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>
    /// There was no time for it: its rate left no turn, or the caller's time was nearly over. No sense in another try, and no
    /// evidence against the upstream.
    /// </summary>
    public bool IsFinal { get; } = isFinal;

    /// <summary>It may well work, but not within the time that there was.</summary>
    public bool IsLate { get; } = isLate;

    /// <summary>As metrics name it.</summary>
    public string Kind => IsLate ? "Late" : Failure.ToString();
}
