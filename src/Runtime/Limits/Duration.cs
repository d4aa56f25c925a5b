using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Navigator.Runtime.Limits;

/// <summary>The format of durations in settings: a whole number and its unit, such as 800ms, 30s, 5m, 2h or 30d.</summary>
public static partial class Duration
{
    private static readonly (string Name, TimeSpan Length)[] Units =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>Makes the configuration binder read every TimeSpan in this format. Its default reads 800 as 800 days.</summary>
    public static TypeDescriptionProvider Binding { get; } =
        TypeDescriptor.AddAttributes(typeof(TimeSpan), new TypeConverterAttribute(typeof(DurationConverter)));

    /// <exception cref="FormatException">The unit or the number is missing. The message shows the format.</exception>
    public static TimeSpan Parse(string text)
    {
        if (Written().Match(text) is { Success: true } match)
        {
            var number = long.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
            var unit = Units.First(unit => unit.Name == match.Groups["unit"].Value).Length;
            if (Math.Abs(number) <= TimeSpan.MaxValue.Ticks / unit.Ticks)
                return new TimeSpan(number * unit.Ticks);
        }
        throw new FormatException($"'{text}' is not a duration: write a whole number with its unit, such as 800ms, 30s, 5m, 2h or 30d.");
    }

    /// <summary>Writes a duration in the largest unit of which it is a whole number.</summary>
    public static string Write(TimeSpan duration)
    {
        var unit = Units.FirstOrDefault(unit => duration != TimeSpan.Zero && duration.Ticks % unit.Length.Ticks == 0, Units[^1]);
        return string.Create(CultureInfo.InvariantCulture, $"{duration / unit.Length}{unit.Name}");
    }

    [GeneratedRegex("^(?<number>-?[0-9]{1,18})(?<unit>ms|s|m|h|d)\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Written();
}

/// <summary>
/// Reads a <see cref="Duration"/>. Text with colons (00:05:00) is left to .NET, because libraries of the process, such as Polly, write the ranges of
/// their own options this way.
/// </summary>
internal sealed class DurationConverter : TimeSpanConverter
{
    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        value is string text && !text.Contains(':', StringComparison.Ordinal) ? Duration.Parse(text) : base.ConvertFrom(context, culture, value);
}
