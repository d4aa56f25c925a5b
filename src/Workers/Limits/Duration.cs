using System.ComponentModel;
using System.Globalization;

namespace Navigator.Workers.Limits;

/// <summary>How settings write a length of time: a whole number and its unit, such as 800ms, 30s or 5m.</summary>
internal static class Duration
{
    /// <summary>From now on the configuration binder reads a TimeSpan this way too.</summary>
    public static TypeDescriptionProvider Binding { get; } =
        TypeDescriptor.AddAttributes(typeof(TimeSpan), new TypeConverterAttribute(typeof(DurationConverter)));
}

/// <inheritdoc cref="Duration"/>
internal sealed class DurationConverter : TimeSpanConverter
{
    private static readonly (string Name, TimeSpan Length)[] Units =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1))];

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value)
    {
        foreach (var (name, length) in Units)
        {
            if (value is string text && text.EndsWith(name, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(0, text.Length - name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number * length;
        }
        return base.ConvertFrom(context, culture, value);
    }
}
