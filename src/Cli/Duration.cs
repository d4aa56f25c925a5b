using System.Globalization;

namespace Navigator.Cli;

/// <summary>A duration as the operator types it.</summary>
internal static class Duration
{
    private const double Longest = 36_500;

    /// <exception cref="CommandException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        var days = text.Length > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number)
            ? text[^1] switch { 's' => number / 86_400, 'm' => number / 1_440, 'h' => number / 24, 'd' => number, _ => 0 }
            : 0;
        return days is > 0 and <= Longest
            ? TimeSpan.FromDays(days)
            : throw new CommandException(ExitCode.Usage, $"{option}: '{text}' is not a duration such as 30m, 6h or 2d.");
    }
}
