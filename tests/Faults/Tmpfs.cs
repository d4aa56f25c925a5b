using System.Diagnostics;

namespace Navigator.Faults.Tests;

/// <summary>A small disk of a test's own, in memory.</summary>
internal sealed class Tmpfs : IAsyncDisposable
{
    private readonly string path;

    private Tmpfs(string path) => this.path = path;

    /// <param name="options">Such as size=48m, or ro.</param>
    public static async Task<Tmpfs> Mount(string path, string options) => await Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path) == 0
        ? new Tmpfs(path)
        : throw new InvalidOperationException($"No disk could be mounted at {path}.");

    public async ValueTask DisposeAsync() => await Run("umount", "--lazy", path);

    internal static async Task<int> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}

/// <summary>A fact that needs a disk of its own, and so the right to mount one.</summary>
public sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(() =>
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && TryMount().GetAwaiter().GetResult());

    public TmpfsFactAttribute() => Skip = CanMount.Value ? null : "Needs the right to mount a small disk, as root on Linux has it.";

    private static async Task<bool> TryMount()
    {
        var folder = Directory.CreateTempSubdirectory("navigator-mount-");
        var mounted = await Tmpfs.Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.FullName) == 0;
        if (mounted)
            await Tmpfs.Run("umount", folder.FullName);
        folder.Delete();
        return mounted;
    }
}
