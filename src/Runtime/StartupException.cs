namespace Navigator.Runtime;

/// <summary>The process cannot start for a reason that the operator can fix. The message is one line, the only output.</summary>
public sealed class StartupException(string message) : Exception(message)
{
    /// <summary>The binder names the setting; what it met there may say how the setting is written.</summary>
    internal static string Reason(InvalidOperationException error) =>
        error.InnerException is FormatException how ? $"{error.Message} {how.Message}" : error.Message;
}
