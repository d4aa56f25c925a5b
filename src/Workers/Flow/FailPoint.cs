using System.Diagnostics;
using System.Globalization;

namespace Navigator.Workers.Flow;

/// <summary>
/// Places where a process can be told to die as kill -9 lets it, for the fault suite: NAVIGATOR_FAIL_POINT=after-claim:3 in
/// the environment dies the third time it comes there. Off unless that variable is set.
/// </summary>
public static class FailPoint
{
    public const string AfterAcceptance = "after-acceptance";
    public const string AfterClaim = "after-claim";
    public const string AfterUpstream = "after-upstream";
    public const string AfterCommit = "after-commit";

    private static readonly (string Name, int Time)? Armed = Read(Environment.GetEnvironmentVariable("NAVIGATOR_FAIL_POINT"));
    private static int times;

    public static void Reach(string name)
    {
        if (Armed is { } armed && armed.Name == name && Interlocked.Increment(ref times) == armed.Time)
            Process.GetCurrentProcess().Kill();
    }

    private static (string, int)? Read(string? setting) =>
        setting?.Split(':') is [var name, var time] ? (name, int.Parse(time, CultureInfo.InvariantCulture)) : null;
}
