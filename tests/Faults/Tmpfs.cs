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
