using System.Reflection;

namespace Navigator.Runtime.Telemetry;

/// <summary>The version of this program: in a release, with the commit.</summary>
public static class ProgramVersion
{
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
