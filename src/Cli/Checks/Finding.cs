namespace Navigator.Cli.Checks;

/// <summary>Warn: it works, and should be changed. Fail: something does not work, or is not safe.</summary>
internal enum Outcome
{
    Ok,
    Warn,
    Fail,
}

/// <summary>What one check found. One line.</summary>
/// <param name="Check">Stable, for programs: part.detail.</param>
/// <param name="Found">What is there. Never a secret.</param>
/// <param name="Mend">What to do; null if there is nothing to do.</param>
internal sealed record Finding(string Check, Outcome Outcome, string Found, string? Mend)
{
    public static Finding Ok(string check, string found) => new(check, Outcome.Ok, found, null);

    public static Finding Warn(string check, string found, string mend) => new(check, Outcome.Warn, found, mend);

    public static Finding Fail(string check, string found, string mend) => new(check, Outcome.Fail, found, mend);
}

/// <summary>All findings of one run.</summary>
internal sealed record Diagnosis(bool Healthy, IReadOnlyList<Finding> Checks);
