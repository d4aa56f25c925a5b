using System.Globalization;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

/// <summary>A worker with hardly any memory or processor, by control groups where the machine lets us make one.</summary>
public sealed class ResourceFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    [ControlGroupFact]
    public async Task A_worker_gets_a_fifth_of_a_processor() => await Run(async stage =>
    {
        using var group = new ControlGroup("cpu");
        group.Limit("cpu.cfs_quota_us", 20_000, "cpu.max", "20000 100000");
        group.Add(stage.System.Workers[0].Id);
        await Task.Delay(Seconds(4, 30));
    });

    [ControlGroupFact]
    public async Task A_workers_memory_ends_a_little_above_what_it_uses() => await Run(async stage =>
    {
        using var group = new ControlGroup("memory");
        var limit = stage.System.Workers[0].MemoryMb * 1_048_576L + (16 << 20);
        group.Limit("memory.limit_in_bytes", limit, "memory.max", limit.ToString(CultureInfo.InvariantCulture));
        group.Add(stage.System.Workers[0].Id);
        await Task.Delay(Seconds(4, 30));
        group.Dispose();
        // It may have been killed for it: then somebody starts it again.
        if (stage.System.Workers[0].HasExited)
        {
            await stage.System.Workers[0].DisposeAsync();
            stage.System.Workers[0] = stage.System.StartWorker(0);
        }
    });
}

/// <summary>One control group of this test's own, version 1 or 2.</summary>
internal sealed class ControlGroup(string controller) : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    private readonly string folder = Directory.CreateDirectory(
        Path.Combine(IsVersion1(controller) ? Path.Combine(Root, controller) : Root, $"navigator-{Guid.NewGuid():N}")).FullName;

    public static bool IsVersion1(string controller) => Directory.Exists(Path.Combine(Root, controller));

    /// <summary>Why none can be made here; null when one can.</summary>
    public static string? Missing()
    {
        try
        {
            foreach (var controller in new[] { "cpu", "memory" })
            {
                if (!IsVersion1(controller) && !File.ReadAllText(Path.Combine(Root, "cgroup.subtree_control"))
                    .Contains(controller, StringComparison.Ordinal))
                    return $"The {controller} controller of control groups is not to be had here.";
                new ControlGroup(controller).Dispose();
            }
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"Control groups cannot be made here: {error.Message}";
        }
    }

    public void Limit(string version1, long value, string version2, string value2) => File.WriteAllText(
        Path.Combine(folder, IsVersion1(controller) ? version1 : version2), IsVersion1(controller)
            ? value.ToString(CultureInfo.InvariantCulture)
            : value2);

    public void Add(int process) => File.WriteAllText(Path.Combine(folder, "cgroup.procs"), process.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        if (!Directory.Exists(folder))
            return;
        var home = Path.Combine(Path.GetDirectoryName(folder)!, "cgroup.procs");
        foreach (var process in File.ReadAllLines(Path.Combine(folder, "cgroup.procs")))
            File.WriteAllText(home, process);
        Directory.Delete(folder);
    }
}

/// <summary>A fact that needs control groups, and servers of its own to break.</summary>
public sealed class ControlGroupFactAttribute : FactAttribute
{
    public ControlGroupFactAttribute() => Skip = new FaultFactAttribute(longOnly: true).Skip ?? ControlGroup.Missing();
}
