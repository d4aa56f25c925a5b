namespace Navigator.Cli;

/// <summary>For scripts.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>What was asked was done, and it did not end well: a job not answered, a document not read, a row not imported.</summary>
    public const int EndedBadly = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The server refused; nothing was changed.</summary>
    public const int Refused = 3;

    /// <summary>The server cannot be reached, or not now.</summary>
    public const int Unavailable = 4;

    /// <summary>Ctrl+C.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends the command with one line and this exit code.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
