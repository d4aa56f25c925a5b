namespace Navigator.Runtime;

/// <summary>The process cannot start, for a reason that whoever started it can mend. The message is one line and all they see.</summary>
public sealed class StartupException(string message) : Exception(message);
