using System.Security.Cryptography;
using Navigator.Runtime.Tools;

namespace Navigator.Runtime.Limits;

/// <summary>concurrency.yaml as the lowest layer of the configuration, so that the environment may set any limit by itself.</summary>
/// <param name="path">Absolute, or relative to the working directory.</param>
internal sealed class PolicyFile(string path) : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <exception cref="StartupException">The file is missing or is no YAML mapping.</exception>
    public override void Load() =>
        Data = new Dictionary<string, string?>(YamlConfiguration.Read(path, ConcurrencyPolicy.Section), StringComparer.OrdinalIgnoreCase);

    /// <summary>Tells one content from another; empty while the file cannot be read.</summary>
    public string Fingerprint()
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Read the file again and see whether it is a policy; when it is not, everything stays as it was.</summary>
    /// <exception cref="StartupException">It is not; the message says why.</exception>
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

/// <summary>
/// Looks at concurrency.yaml once a second and puts a change in force. By its content and not by file events, which mounted
/// files and containers do not always send.
/// </summary>
internal sealed partial class PolicyWatch(
    PolicyFile file, LivePolicy policy, IConfiguration configuration, ToolSet tools, TimeProvider clock, ILogger<PolicyWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private string seen = file.Fingerprint();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(Interval, "The watch over concurrency.yaml", Look, clock, log, stoppingToken);

    private Task Look(CancellationToken token)
    {
        var found = file.Fingerprint();
        if (found == seen)
            return Task.CompletedTask;
        seen = found;
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

    [LoggerMessage(Level = LogLevel.Error, Message = "concurrency.yaml changed and is refused; the old limits stay. {Reason}")]
    private partial void LogRefused(string reason);
}
