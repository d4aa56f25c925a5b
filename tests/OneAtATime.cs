using System.Reflection;
using System.Runtime.CompilerServices;
using Navigator.Servers;

namespace Navigator.Tests;

/// <summary>
/// Compiled into each test project. <c>dotnet test</c> starts all of them at once. The suites of one group (the project's property TestGroup)
/// then run one after the other, because all together on a small machine they would take longer, and exceed each other's limits. There are
/// two groups: EndToEnd.Tests, which takes about as long as the others together, and the others. The lock is released when the process ends.
/// The quick lane takes no lock.
/// </summary>
internal static class OneAtATime
{
    private static FileStream? held;

    [ModuleInitializer]
    internal static void Wait()
    {
        if (Lane.IsQuick)
            return;
        var group = typeof(OneAtATime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "TestGroup").Value;
        var file = Path.Combine(Path.GetTempPath(), $"navigator-tests-{group}-{Environment.UserName}");
        while (held is null)
        {
            try
            {
                held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                Thread.Sleep(250); // another suite of the group is running
            }
        }
    }
}
