using System.Globalization;

namespace Navigator.Cli.Checks;

/// <summary>Compares clocks. Deadlines use the database's clock, keys and log lines those of the processes.</summary>
internal static class ClockCheck
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(10), TooMuch = TimeSpan.FromSeconds(60);

    /// <param name="difference">Of the two clocks.</param>
    /// <param name="whose">Names both.</param>
    public static Finding Compare(string check, TimeSpan difference, string whose)
    {
        var found = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(difference.TotalSeconds):0.0} s between {whose}");
        const string mend = "Let every machine follow a time server (chrony, systemd-timesyncd): timedatectl shows whether it does.";
        return difference.Duration() >= TooMuch
            ? Finding.Fail(check, found, mend)
            : difference.Duration() >= Noticeable ? Finding.Warn(check, found, mend) : Finding.Ok(check, found);
    }
}
