namespace Navigator.Faults.Tests;

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
