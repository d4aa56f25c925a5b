namespace Navigator.Cli;

/// <summary>Exit codes for scripts.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command ran, but something failed: a job was not answered, a document not read, or a row not imported.</summary>
    public const int EndedBadly = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The server refused the request. Nothing was changed.</summary>
    public const int Refused = 3;

    /// <summary>The server cannot be reached, or cannot serve the request now.</summary>
    public const int Unavailable = 4;

    /// <summary>The user pressed Ctrl+C.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends the command with one line and this exit code.</summary>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
