using System.Globalization;

namespace Navigator.Cli.Checks;

/// <summary>Free space where data is written.</summary>
internal static class DiskCheck
{
    private const long Little = 2_000_000_000, TooLittle = 200_000_000;

    /// <param name="directory">Need not exist: the file system of the nearest directory above it is looked at.</param>
    public static Finding Of(string check, string directory)
    {
        var existing = directory;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } above)
            existing = above;
        var free = new DriveInfo(existing).AvailableFreeSpace;
        var found = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:0.0} GB free for {directory}");
        return free < TooLittle
            ? Finding.Fail(check, found, "Make space now: with a full disk, questions are refused with 503.")
            : free < Little ? Finding.Warn(check, found, "Make space before the disk is full.") : Finding.Ok(check, found);
    }
}
