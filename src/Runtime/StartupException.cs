namespace Navigator.Runtime;

/// <summary>The process cannot start, for a reason that whoever started it can mend. The message is one line and all they see.</summary>
public sealed class StartupException(string message) : Exception(message)
{
    /// <summary>The binder names the setting; what it met there may say how the setting is written.</summary>
    internal static string Reason(InvalidOperationException error) =>
        error.InnerException is FormatException how ? $"{error.Message} {how.Message}" : error.Message;
}
