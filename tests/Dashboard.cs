using Navigator.Servers;
using YamlDotNet.RepresentationModel;

namespace Navigator.Watching;

/// <summary>A dashboard of compose/grafana/dashboards.yaml, with its repeated rows written out; compiled into the test projects that look at it.
/// </summary>
internal sealed record Dashboard(string Name, string Title, IReadOnlyList<PanelRow> Rows)
{
    public static string Folder { get; } = Path.Combine(ServerSet.Root, "compose", "grafana");

    private static readonly YamlMappingNode Description = WatchFiles.Load(Path.Combine(Folder, "dashboards.yaml"));

    /// <summary>Text boxes of every dashboard, and their defaults.</summary>
    public static IReadOnlyList<(string Name, string Default)> Variables { get; } =
        [.. ((YamlMappingNode)Description["variables"]).Select(pair => (WatchFiles.Text(pair.Key), WatchFiles.Text(pair.Value)))];

    public static IReadOnlyList<Dashboard> All { get; } =
        [.. WatchFiles.Maps(Description, "dashboards").Select(each => new Dashboard(Text(each, "name"), Text(each, "title"),
            [.. WatchFiles.Maps(each, "rows").SelectMany(Rewritten)]))];

    private static IEnumerable<PanelRow> Rewritten(YamlMappingNode row)
    {
        var values = row.Children.TryGetValue("each", out var each) ? ((YamlSequenceNode)each).Select(WatchFiles.Text) : [""];
        return values.Select(value => new PanelRow(With(Text(row, "title")), [.. WatchFiles.Maps(row, "panels").Select(panel => new Panel(
            Text(panel, "title"), Text(panel, "unit"), panel.Children.TryGetValue("empty", out var empty) ? WatchFiles.Text(empty) : null,
            [.. WatchFiles.Maps(panel, "queries").Select(query => new PanelQuery(Text(query, "legend"), With(Text(query, "expr"))))]))]));

        string With(string text) => text.Replace("{each}", value, StringComparison.Ordinal);
    }

    private static string Text(YamlMappingNode node, string name) => WatchFiles.Text(node[name]);
}

internal sealed record PanelRow(string Title, IReadOnlyList<Panel> Panels);

/// <param name="Unit">Grafana's name of it.</param>
/// <param name="Empty">Why the panel has no data in a system in which nothing goes wrong; null: it has.</param>
internal sealed record Panel(string Title, string Unit, string? Empty, IReadOnlyList<PanelQuery> Queries);

internal sealed record PanelQuery(string Legend, string Expr);
