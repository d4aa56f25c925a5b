using System.Text.Json.Serialization;

namespace Navigator.Upstreams;

/// <summary>What goes wrong with a response.</summary>
public enum Fault
{
    None,

    /// <summary>The HTTP status of <see cref="Behaviour.Status"/>, with a Retry-After where one is set.</summary>
    Status,

    /// <summary>The connection is cut before a word.</summary>
    Reset,

    /// <summary>The request is taken and never answered.</summary>
    BlackHole,

    /// <summary>One byte of the body every so often.</summary>
    SlowBody,

    /// <summary>The body ends in the middle.</summary>
    Truncated,

    /// <summary>200, and no JSON at all.</summary>
    Garbage,

    /// <summary>200 and JSON, of another shape.</summary>
    WrongShape,

    /// <summary>A body of a gigabyte.</summary>
    Huge,

    /// <summary>Vectors of three numbers.</summary>
    WrongDimensions,

    /// <summary>Vectors that hold NaN.</summary>
    NotANumber,

    /// <summary>One vector too few.</summary>
    WrongCount,

    /// <summary>The right vectors in the wrong order, with the right index beside each.</summary>
    Shuffled,

    /// <summary>An answer of no words.</summary>
    Empty,

    /// <summary>The answer that the model refuses to give.</summary>
    Refusal,

    /// <summary>400 from the content filter.</summary>
    ContentFilter,

    /// <summary>An answer that cites what it was not given.</summary>
    InventedCitations,

    /// <summary>The model says <see cref="Behaviour.Says"/>, whatever it was asked for.</summary>
    Says,

    /// <summary>The model may write no more in the middle of its reply.</summary>
    CutOff,
}

/// <summary>How one upstream behaves from now on.</summary>
public sealed record Behaviour
{
    public int LatencyMs { get; init; }

    /// <summary>No reply before this has ended: for a test in the same process.</summary>
    [JsonIgnore]
    public Task? Until { get; init; }
    public Fault Fault { get; init; }

    /// <summary>For <see cref="Fault.Status"/>.</summary>
    public int Status { get; init; } = 500;

    /// <summary>For <see cref="Fault.Status"/>: the header, as it is sent.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>For <see cref="Fault.Says"/>.</summary>
    public string Says { get; init; } = "";

    /// <summary>How many calls the fault hits before all is well; null for all.</summary>
    public int? Times { get; init; }

    /// <summary>The fault hits only requests that contain this text; null for every one.</summary>
    public string? OnlyFor { get; init; }
}
