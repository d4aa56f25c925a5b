using System.Globalization;

namespace Navigator.Cli;

/// <summary>A time as people type it.</summary>
internal static class Duration
{
    private const double Longest = 36_500;

    /// <exception cref="CommandException">It is no such time.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        var days = text.Length > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var number)
            ? text[^1] switch { 's' => number / 86_400, 'm' => number / 1_440, 'h' => number / 24, 'd' => number, _ => 0 }
            : 0;
        return days is > 0 and <= Longest
            ? TimeSpan.FromDays(days)
            : throw new CommandException(ExitCode.Usage, $"{option}: '{text}' is no time such as 30m, 6h or 2d.");
    }
}
