using System.Text.RegularExpressions;

namespace Navigator.Storage.Tenants;

/// <summary>The rule for tenants' names.</summary>
public static partial class TenantName
{
    public const string Rule = "A tenant's name has 1 to 63 lower-case letters, digits and '-', and begins with a letter or digit.";

    public static bool IsValid(string name) => Shape().IsMatch(name);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Shape();
}
