using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Navigator.Runtime.Hosting;
using Navigator.Workers;

namespace Navigator.Cli.Checks;

/// <summary>A secret that the environment takes from a file.</summary>
/// <param name="Problem">Null if the file was read.</param>
internal sealed record SecretFile(string Setting, string Path, string? Problem);

/// <summary>
/// The settings that the processes read from the environment. Unlike a process, this class goes on after a wrong setting, so that one fault
/// does not hide the others.
/// </summary>
internal sealed class ProcessSettings
{
    private const string Suffix = "_FILE";

    private ProcessSettings(IConfiguration configuration, IReadOnlyList<SecretFile> secretFiles, IReadOnlyList<string> queues) =>
        (Configuration, SecretFiles, Queues) = (configuration, secretFiles, queues);

    public IConfiguration Configuration { get; }

    public IReadOnlyList<SecretFile> SecretFiles { get; }

    /// <summary>All queues of this version.</summary>
    public IReadOnlyList<string> Queues { get; }

    public string? RabbitMq => Set("ConnectionStrings:RabbitMq");

    public string? Postgres => Set("ConnectionStrings:Postgres");

    public bool IsEmbedded => RabbitMq is null && Postgres is null;

    public static ProcessSettings Read()
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var files = new List<SecretFile>();
        var secrets = new Dictionary<string, string?>();
        foreach (var (name, path) in environment.AsEnumerable().Where(
            setting => setting.Key.EndsWith(Suffix, StringComparison.Ordinal) && setting.Key.Contains(':', StringComparison.Ordinal)
                && !string.IsNullOrEmpty(setting.Value)).ToList())
        {
            var (text, problem) = Content(path!);
            files.Add(new SecretFile(name.Replace(":", "__", StringComparison.Ordinal), path!, problem));
            secrets[name[..^Suffix.Length]] = text;
        }
        var tools = new WorkerSetup(new ServiceCollection(), new ConfigurationManager());
        Pipeline.AddWorkers(tools);
        return new ProcessSettings(
            new ConfigurationBuilder().AddConfiguration(environment).AddInMemoryCollection(secrets).Build(), files, tools.Tools.Build().Queues);
    }

    public string? Set(string setting) => Configuration[setting] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;

    private static (string? Text, string? Problem) Content(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } text ? (text, null) : (null, "is empty");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"cannot be read ({error.GetType().Name})");
        }
    }
}
