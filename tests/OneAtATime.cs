using System.Runtime.CompilerServices;
using Navigator.Servers;

namespace Navigator.Tests;

/// <summary>
/// Compiled into each test project. Suites run one after the other, also if <c>dotnet test</c> starts several: the end-to-end tests alone
/// keep two processors busy, and side by side the suites end hardly sooner and exceed each other's limits. The lock is released when the
/// process ends. The quick lane takes no lock.
/// </summary>
internal static class OneAtATime
{
    private static FileStream? held;

    [ModuleInitializer]
    internal static void Wait()
    {
        if (Lane.IsQuick)
            return;
        var file = Path.Combine(Path.GetTempPath(), $"navigator-turn-{Environment.UserName}");
        while (held is null)
        {
            try
            {
                held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                Thread.Sleep(250); // another suite is running
            }
        }
    }
}
