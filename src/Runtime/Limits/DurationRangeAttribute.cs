using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Limits;

/// <summary>The shortest and the longest allowed duration, both inclusive, in the format of settings.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationRangeAttribute(string least, string most) : ValidationAttribute
{
    public string Least => least;
    public string Most => most;

    public override bool IsValid(object? value) =>
        value is null || (value is TimeSpan duration && duration >= Duration.Parse(least) && duration <= Duration.Parse(most));

    public override string FormatErrorMessage(string name) => $"{name} must be between {least} and {most}.";
}
