using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Navigator.Runtime;
using Navigator.Runtime.Settings;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>Decides whether callers need a key, by the addresses on which this process listens.</summary>
/// <param name="embedded">The keys of embedded mode; null in distributed mode, where keys are always needed.</param>
internal sealed partial class Exposure(EmbeddedApiKeys? embedded, TimeProvider clock, ILogger<Exposure> log) : BackgroundService
{
    /// <summary>Time within which the first key takes effect.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private volatile bool needsKeys = true;

    /// <summary>
    /// False only in embedded mode on loopback, until a key exists. Then it stays true until the process ends, even if that key is revoked.
    /// </summary>
    public bool NeedsKeys => needsKeys;

    /// <summary>Checks for keys before the process listens.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        needsKeys = embedded is null || await embedded.Any(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Checks repeatedly, because navigator keys create runs beside this process and writes to the same file.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (needsKeys)
            return;
        using var found = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Repeat.Every(
            Interval, "The check for a first key",
            async token =>
            {
                if (!await embedded!.Any(token))
                    return;
                needsKeys = true;
                LogKeysNeeded();
                await found.CancelAsync();
            },
            clock, log, found.Token);
    }

    /// <summary>
    /// True if the request comes from this machine and not from another site's page in a browser on this machine. Such a page sends its own origin,
    /// or uses its own name that resolves to this machine.
    /// </summary>
    public bool IsOwnPage(HttpRequest request) =>
        (request.Host.Host is "localhost" || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
        && (request.Headers.Origin.Count == 0 || request.Headers.Origin == $"{request.Scheme}://{request.Host}");

    /// <exception cref="StartupException">The process can be reached from other machines and has no keys.</exception>
    public void Check(ListenOptions endpoint)
    {
        if (!NeedsKeys && endpoint.IPEndPoint is { } listening && !IPAddress.IsLoopback(listening.Address))
            throw new StartupException(
                $"embedded mode without keys listens on loopback only, not on {listening}. Set a key per tenant, such as "
                    + $"Keys__acme={ApiKey.Create().Reveal()} (you may use this one), create one with navigator keys create, or run "
                    + "distributed.");
    }

    /// <summary>Reads the keys of the section <c>Keys</c>, by tenant.</summary>
    /// <exception cref="StartupException">A key or a tenant's name is invalid, or the mode is distributed: the database has the keys.</exception>
    public static ConfiguredApiKeys Read(IConfiguration configuration, NavigatorMode mode, TimeProvider clock)
    {
        var keys = new Dictionary<string, ApiKey>();
        foreach (var setting in configuration.GetSection("Keys").GetChildren()
            .Where(setting => !setting.Key.EndsWith("_FILE", StringComparison.Ordinal)))
        {
            if (!mode.IsEmbedded)
                throw new StartupException($"Keys__{setting.Key} is for embedded mode only. With a database, use: navigator keys create.");
            if (!TenantName.IsValid(setting.Key))
                throw new StartupException($"Keys__{setting.Key}: {TenantName.Rule}");
            keys[setting.Key] = ApiKey.Parse(setting.Value ?? "")
                ?? throw new StartupException(
                    $"Keys__{setting.Key} is not a key. A key looks like {ApiKey.Create().Reveal()} (you may use this one).");
        }
        return new ConfiguredApiKeys(keys, clock);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A key was created. From now on every caller needs a key")]
    private partial void LogKeysNeeded();
}
