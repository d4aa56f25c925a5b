using Navigator.Servers;
using YamlDotNet.RepresentationModel;

namespace Navigator.Watching;

/// <summary>A rule of compose/prometheus/alerts.yaml; compiled into the test projects that look at it.</summary>
internal sealed record AlertRule(string Name, string Expr, string? Runbook)
{
    public static string Folder { get; } = ShippedPrometheus.Folder;

    /// <summary>The rules that record a metric of that name, and have no runbook.</summary>
    public static IReadOnlyList<AlertRule> Recorded { get; } = [.. Rules().Where(rule => rule.Runbook is null)];

    public static IReadOnlyList<AlertRule> Alerts { get; } = [.. Rules().Where(rule => rule.Runbook is not null)];

    private static IEnumerable<AlertRule> Rules() => WatchFiles.Maps(WatchFiles.Load(Path.Combine(Folder, "alerts.yaml")), "groups")
        .SelectMany(group => WatchFiles.Maps(group, "rules"))
        .Select(rule => rule.Children.TryGetValue("alert", out var name)
            ? new AlertRule(WatchFiles.Text(name), WatchFiles.Text(rule["expr"]), WatchFiles.Text(rule["annotations"]["runbook"]))
            : new AlertRule(WatchFiles.Text(rule["record"]), WatchFiles.Text(rule["expr"]), null));
}

/// <summary>YAML as these files are written.</summary>
internal static class WatchFiles
{
    public static YamlMappingNode Load(string path)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(path);
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    public static IEnumerable<YamlMappingNode> Maps(YamlMappingNode node, string name) => ((YamlSequenceNode)node[name]).Cast<YamlMappingNode>();

    public static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}
