using Navigator.Runtime.Tools;

namespace Navigator.Runtime.Limits;

/// <summary>concurrency.yaml as the lowest layer of the configuration, so that the environment can override single limits.</summary>
/// <param name="path">Absolute, or relative to the working directory.</param>
internal sealed class PolicyFile(string path) : ConfigurationProvider, IConfigurationSource
{
    public FileChanges Changes { get; } = new(path);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <exception cref="StartupException">The file is missing or is not a YAML mapping.</exception>
    public override void Load() =>
        Data = new Dictionary<string, string?>(YamlConfiguration.Read(path, ConcurrencyPolicy.Section), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the file again and validates it. An invalid file changes nothing.</summary>
    /// <exception cref="StartupException">The file is invalid. The message gives the reason.</exception>
    public ConcurrencyPolicy Reload(IConfiguration configuration, ToolSet tools)
    {
        var before = Data;
        try
        {
            Load();
            return ConcurrencyPolicy.Load(configuration, tools);
        }
        catch
        {
            Data = before;
            throw;
        }
    }
}

/// <summary>Reads concurrency.yaml once a second and applies changes.</summary>
internal sealed partial class PolicyWatch(
    PolicyFile file, LivePolicy policy, IConfiguration configuration, ToolSet tools, TimeProvider clock, ILogger<PolicyWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(Interval, "The watch over concurrency.yaml", Look, clock, log, stoppingToken);

    private Task Look(CancellationToken token)
    {
        if (!file.Changes.HaveCome())
            return Task.CompletedTask;
        try
        {
            var (now, atStart) = policy.Replace(file.Reload(configuration, tools));
            LogChanged(now.Count == 0 ? "nothing" : string.Join(", ", now), atStart.Count == 0 ? "nothing" : string.Join(", ", atStart));
        }
        catch (StartupException error)
        {
            LogRefused(error.Message);
        }
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "concurrency.yaml changed. In force now: {Now}. After the next start: {AtStart}")]
    private partial void LogChanged(string now, string atStart);

    [LoggerMessage(Level = LogLevel.Error, Message = "concurrency.yaml changed but is invalid, so the old limits stay in force. {Reason}")]
    private partial void LogRefused(string reason);
}
