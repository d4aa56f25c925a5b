namespace Navigator.Runtime.Settings;

/// <summary>
/// Reads secrets from files, as Docker and Kubernetes provide them: <c>OpenAI__ApiKey_FILE=/run/secrets/openai</c> instead of
/// <c>OpenAI__ApiKey</c>, for every setting of the sections that contain secrets.
/// </summary>
internal static class SecretFiles
{
    private const string Suffix = "_FILE";
    private const int MaxBytes = 65_536;

    /// <summary>Sections that contain secrets with any set of tools.</summary>
    public static readonly string[] Sections = ["ConnectionStrings", "OpenAI", "Anthropic", "Translation", "Keys", "Webhooks"];

    /// <exception cref="StartupException">A file cannot be read or is empty, or the setting is set directly too.</exception>
    public static void AddSecretFiles(this ConfigurationManager configuration, params string[] sections)
    {
        var named = configuration.AsEnumerable()
            .Where(pair => pair.Key.EndsWith(Suffix, StringComparison.Ordinal) && !string.IsNullOrEmpty(pair.Value)
                && sections.Any(section => pair.Key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)))
            .Select(pair => (Setting: pair.Key[..^Suffix.Length], File: pair.Value!)).ToList();
        var secrets = new Dictionary<string, string?>();
        foreach (var (setting, file) in named)
        {
            var name = setting.Replace(":", "__", StringComparison.Ordinal);
            if (!string.IsNullOrEmpty(configuration[setting]))
                throw new StartupException($"{name} and {name}{Suffix} are both set. Set only one of them.");
            secrets[setting] = Read(name, file);
        }
        configuration.AddInMemoryCollection(secrets);
    }

    private static string Read(string name, string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
                throw new StartupException($"{name}{Suffix} names {file}, which is too large for a secret: it has more than {MaxBytes} bytes.");
            // Editors end a file with a line break, which is not part of the secret.
            return File.ReadAllText(file).Trim() is { Length: > 0 } secret
                ? secret
                : throw new StartupException($"{name}{Suffix} names {file}, which is empty.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartupException($"{name}{Suffix} names {file}, which cannot be read.");
        }
    }
}
