using System.Reflection;
using System.Runtime.CompilerServices;
using Navigator.Servers;

namespace Navigator.Tests;

/// <summary>
/// Compiled into each test project. <c>dotnet test</c> starts several suites at once. They share two places, so that a suite that waits for
/// faults leaves a processor to another. The end-to-end tests keep two processors busy and take both places. The locks are released when the
/// process ends. The quick lane takes none.
/// </summary>
internal static class SuiteTurn
{
    private const string NeedsBoth = "Navigator.EndToEnd.Tests";

    private static readonly List<FileStream> Held = [];

    [ModuleInitializer]
    internal static void Wait()
    {
        if (Lane.IsQuick)
            return;
        if (Assembly.GetExecutingAssembly().GetName().Name == NeedsBoth)
        {
            TakeOneOf("a");
            TakeOneOf("b");
        }
        else
        {
            TakeOneOf("a", "b");
        }
    }

    private static void TakeOneOf(params string[] places)
    {
        while (!places.Any(Take))
            Thread.Sleep(250); // other suites are running
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
