using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Navigator.Runtime;
using Navigator.Runtime.Settings;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>Who can reach this process, and so who must show a key.</summary>
/// <param name="embedded">The keys of embedded mode; null where distributed, and keys are always needed.</param>
internal sealed partial class Exposure(EmbeddedApiKeys? embedded, TimeProvider clock, ILogger<Exposure> log) : BackgroundService
{
    /// <summary>How soon the first key counts.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private volatile bool needsKeys = true;

    /// <summary>
    /// False only embedded, on loopback, for one developer, until there is a key. Then it stays true until the process ends, also when that
    /// key is revoked.
    /// </summary>
    public bool NeedsKeys => needsKeys;

    /// <summary>Has looked before the process listens.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        needsKeys = embedded is null || await embedded.Any(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>navigator keys create runs beside this process, and writes into the same file.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (needsKeys)
            return;
        using var found = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Repeat.Every(
            Interval, "The look for a first key",
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
    /// Is it this machine that asks, and not a page of somebody else's in a browser on this machine? Such a page comes with its own
    /// origin, or with a name of its own that leads here.
    /// </summary>
    public bool IsOwnPage(HttpRequest request) =>
        (request.Host.Host is "localhost" || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
        && (request.Headers.Origin.Count == 0 || request.Headers.Origin == $"{request.Scheme}://{request.Host}");

    /// <exception cref="StartupException">It is reachable from elsewhere, and has no keys.</exception>
    public void Check(ListenOptions endpoint)
    {
        if (!NeedsKeys && endpoint.IPEndPoint is { } listening && !IPAddress.IsLoopback(listening.Address))
            throw new StartupException(
                $"embedded without keys it listens on loopback only, not on {listening}. Set a key per tenant, such as "
                    + $"Keys__acme={ApiKey.Create().Reveal()} (this one is as good as any), make one with navigator keys create, or run "
                    + "distributed.");
    }

    /// <summary>The keys of the section <c>Keys</c>, by tenant.</summary>
    /// <exception cref="StartupException">One is no key or no tenant's, or there is a database to keep them in.</exception>
    public static ConfiguredApiKeys Read(IConfiguration configuration, NavigatorMode mode, TimeProvider clock)
    {
        var keys = new Dictionary<string, ApiKey>();
        foreach (var setting in configuration.GetSection("Keys").GetChildren()
            .Where(setting => !setting.Key.EndsWith("_FILE", StringComparison.Ordinal)))
        {
            if (!mode.IsEmbedded)
                throw new StartupException($"Keys__{setting.Key} is for embedded mode: with a database, keys are made with: navigator keys create.");
            if (!TenantName.IsValid(setting.Key))
                throw new StartupException($"Keys__{setting.Key}: {TenantName.Rule}");
            keys[setting.Key] = ApiKey.Parse(setting.Value ?? "")
                ?? throw new StartupException(
                    $"Keys__{setting.Key} is no key. It looks like {ApiKey.Create().Reveal()} (this one is as good as any).");
        }
        return new ConfiguredApiKeys(keys, clock);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A key was made: from now on every caller needs one")]
    private partial void LogKeysNeeded();
}
