using System.Runtime.CompilerServices;
using Navigator.Servers;

namespace Navigator.Tests;

/// <summary>
/// Compiled into each test project, which <c>dotnet test</c> starts side by side: they take turns. Together on a small machine
/// they need longer than one after the other, and try each other's patience. Whoever has the turn keeps it until its process ends.
/// In the quick lane nothing is shared, and they run side by side.
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
                Thread.Sleep(250); // somebody else's turn
            }
        }
    }
}
