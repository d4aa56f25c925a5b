using Navigator.Runtime.Limits;

namespace Navigator.Cli;

/// <summary>A duration as the operator types it, in the format of the settings: 30m, 6h or 2d.</summary>
internal static class DurationOption
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <exception cref="CommandException">The text is not a duration, or is not between zero and a hundred years.</exception>
    public static TimeSpan Parse(string text, string option)
    {
        try
        {
            if (Duration.Parse(text) is var duration && duration > TimeSpan.Zero && duration <= Longest)
                return duration;
        }
        catch (FormatException)
        {
            // Answered below, with the option's name.
        }
        throw new CommandException(ExitCode.Usage, $"{option}: '{text}' is not a duration such as 30m, 6h or 2d.");
    }
}
