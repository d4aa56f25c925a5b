namespace Navigator.Workers.Limits;

/// <summary>The process cannot start for a reason that the operator can fix. The message is one line, the only output.</summary>
public sealed class StartupException(string message) : Exception(message);
