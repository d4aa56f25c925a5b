using System.Globalization;
using Npgsql;

namespace Navigator.Cli.Checks;

/// <summary>Secrets: files that others can read, and values that stand in examples.</summary>
internal static class SecretsCheck
{
    private const string Name = "secrets";

    /// <summary>The passwords of compose.yaml, of the servers' own documentation, and of people in a hurry.</summary>
    private static readonly HashSet<string> Examples = new(StringComparer.OrdinalIgnoreCase)
    {
        "navigator", "navigator-api", "navigator-worker", "guest", "postgres", "password", "changeme", "change-me", "secret", "test", "example",
        "your-key", "your-api-key", "sk-...", "sk-…", "tvly-...", "tvly-…",
    };

    public static IReadOnlyList<Finding> Run(ProcessSettings settings)
    {
        var findings = new List<Finding>();
        foreach (var file in settings.SecretFiles)
            if (file.Problem is { } problem)
                findings.Add(Finding.Fail(Name, $"{file.Setting} names {file.Path}, which {problem}", "Mount the file, and let this user read it."));
            else if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file.Path) is var mode && mode.HasFlag(UnixFileMode.OtherRead))
                findings.Add(Finding.Warn(Name, $"{file.Setting} names {file.Path}, which every user of this machine can read",
                    $"chmod o-r {file.Path}"));
        foreach (var (setting, value) in Values(settings).Where(secret => secret.Value is { } text && Examples.Contains(text)))
            findings.Add(Finding.Warn(Name, $"{setting} has the value of an example", "Set a long random value: openssl rand -base64 24"));
        return findings.Count > 0
            ? findings
            : [Finding.Ok(Name, string.Create(CultureInfo.InvariantCulture,
                $"{settings.SecretFiles.Count} in files, which not every user can read; none is the value of an example"))];
    }

    private static IEnumerable<(string Setting, string? Value)> Values(ProcessSettings settings)
    {
        yield return ("The password in ConnectionStrings__RabbitMq", RabbitPassword(settings.RabbitMq));
        yield return ("The password in ConnectionStrings__Postgres", PostgresPassword(settings.Postgres));
        foreach (var setting in new[] { "OpenAI:ApiKey", "Anthropic:ApiKey", "Tavily:ApiKey", "Webhooks:Secret" })
            yield return (setting.Replace(":", "__", StringComparison.Ordinal), settings.Set(setting));
    }

    private static string? RabbitPassword(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Split(':') is [_, var password]
            ? Uri.UnescapeDataString(password)
            : null;

    private static string? PostgresPassword(string? connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString).Password;
        }
        catch (ArgumentException)
        {
            return null; // the configuration's check names it
        }
    }
}
