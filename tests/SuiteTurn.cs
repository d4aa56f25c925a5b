using System.Runtime.CompilerServices;
using Navigator.Servers;

namespace Navigator.Tests;

/// <summary>
/// Compiled into each test project. <c>dotnet test</c> starts several suites at once. Two run at a time, so that one that waits for faults leaves
/// a processor to the other. The locks are released when the process ends. The quick lane takes none.
/// </summary>
internal static class SuiteTurn
{
    private static readonly List<FileStream> Held = [];

    [ModuleInitializer]
    internal static void Wait()
    {
        while (!Lane.IsQuick && !Take("a") && !Take("b"))
            Thread.Sleep(250);
    }

    private static bool Take(string place)
    {
        try
        {
            var file = Path.Combine(Path.GetTempPath(), $"navigator-turn-{Environment.UserName}-{place}");
            Held.Add(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
