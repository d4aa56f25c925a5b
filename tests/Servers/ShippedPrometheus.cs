using System.Text.RegularExpressions;

namespace Navigator.Servers;

/// <summary>Prometheus with compose's configuration and alerts, at the addresses of a system that tests started.</summary>
/// <param name="Api">Host and port of the API.</param>
/// <param name="Workers">Host and port of each worker.</param>
/// <param name="Broker">Host and port of RabbitMQ's metrics; null if it is not known, and RabbitMQ is not asked.</param>
/// <param name="VirtualHost">The system's own, because the broker may be other tests' too.</param>
public sealed record ShippedPrometheus(string Api, IReadOnlyList<string> Workers, string? Broker, string VirtualHost)
{
    public static string Folder { get; } = Path.Combine(ServerSet.Root, "compose", "prometheus");

    /// <param name="configured">Changes prometheus.yaml; null: as shipped.</param>
    /// <param name="ruled">Changes alerts.yaml; null: as shipped.</param>
    public async Task<PrometheusServer> Start(Func<string, string>? configured = null, Func<string, string>? ruled = null)
    {
        var configuration = (await File.ReadAllTextAsync(Path.Combine(Folder, "prometheus.yaml")))
            .Replace("/run/navigator/key", "key", StringComparison.Ordinal)
            .Replace("family: [", $"vhost: [{VirtualHost}], family: [", StringComparison.Ordinal)
            .Replace("rabbitmq:15692", Broker ?? "127.0.0.1:1", StringComparison.Ordinal);
        foreach (var (name, addresses) in new[] { ("api", (IEnumerable<string>)[Api]), ("workers", Workers) })
            configuration = Regex.Replace(
                configuration, $@"dns_sd_configs: \[\{{ names: \[{name}\].*",
                $"static_configs: [{{ targets: [{string.Join(", ", addresses.Select(address => $"\"{address}\""))}] }}]",
                RegexOptions.None, TimeSpan.FromSeconds(10));
        if (configuration.Contains("dns_sd_configs", StringComparison.Ordinal))
            throw new InvalidOperationException("compose/prometheus/prometheus.yaml asks DNS for processes that tests do not start.");
        if (Broker is null)
            configuration = configuration[..configuration.IndexOf("  - job_name: rabbitmq\n", StringComparison.Ordinal)];
        var rules = await File.ReadAllTextAsync(Path.Combine(Folder, "alerts.yaml"));
        return await PrometheusServer.Start(
            configured?.Invoke(configuration) ?? configuration, ("alerts.yaml", ruled?.Invoke(rules) ?? rules), ("key", NavigatorDatabase.Key));
    }
}
