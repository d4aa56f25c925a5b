using System.Text.RegularExpressions;
using Navigator.Servers;
using Navigator.Watching;

namespace Navigator.Workers.Tests;

/// <summary>compose/prometheus: the rules, their unit tests, and docs/alerts.md.</summary>
public sealed partial class AlertsTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(ServerSet.Root, "docs", "alerts.md"));
    private static readonly string UnitTests = File.ReadAllText(Path.Combine(AlertRule.Folder, "alerts.test.yaml"));

    [Fact]
    [Trait("Needs", "Servers")]
    public async Task Prometheus_accepts_the_rules_and_each_alert_fires_on_its_cause_and_not_on_a_healthy_system()
    {
        foreach (var (command, file) in new[] { ("check", "alerts.yaml"), ("test", "alerts.test.yaml") })
        {
            var (exitCode, output) = await PrometheusServer.Promtool(command, "rules", Path.Combine(AlertRule.Folder, file));
            Assert.True(exitCode == 0, output);
            Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_alert_has_a_unit_test_that_fires_one_that_does_not_and_a_section_for_operators()
    {
        Assert.True(AlertRule.Alerts.Count >= 15);
        Assert.All(AlertRule.Alerts, alert =>
        {
            var cases = UnitTests.Split('\n').Where(line => line.Contains($"alertname: {alert.Name},", StringComparison.Ordinal)).ToList();
            Assert.Contains(cases, line => line.Contains("exp_labels", StringComparison.Ordinal));
            Assert.True(cases.Count(line => line.Contains("exp_alerts: []", StringComparison.Ordinal)) >= 4, alert.Name);
            Assert.Equal($"docs/alerts.md#{alert.Name.ToLowerInvariant()}", alert.Runbook);
        });
        var sections = Section().Matches(Page);
        Assert.Equal(AlertRule.Alerts.Select(alert => alert.Name).Order(StringComparer.Ordinal),
            sections.Select(section => section.Groups["name"].Value).Order(StringComparer.Ordinal));
        Assert.All(sections, section => Assert.Matches(
            @"(?s)\*\*Meaning\*\* \((page|ticket)\)\..+\*\*Look\.\*\*.+\*\*Do\.\*\*", section.Groups["text"].Value));
    }

    /// <summary>Those of libraries and of RabbitMQ: WatchTests, against a real scrape.</summary>
    [Fact]
    public void Every_metric_of_ours_in_a_rule_or_a_panel_is_in_the_table_for_operators()
    {
        var known = Row().Matches(File.ReadAllText(Path.Combine(ServerSet.Root, "docs", "operating.md"))).SelectMany(NamesOf).ToHashSet();
        var used = AlertRule.Alerts.Concat(AlertRule.Recorded).Select(rule => rule.Expr)
            .Concat(Dashboard.All.SelectMany(dashboard => dashboard.Rows).SelectMany(row => row.Panels).SelectMany(panel => panel.Queries)
                .Select(query => query.Expr))
            .SelectMany(expression => Ours().Matches(expression)).Select(match => match.Value).ToHashSet();

        Assert.True(used.Count > 30, $"only {used.Count} were found");
        Assert.Empty(used.Except(known).Order(StringComparer.Ordinal));
        // And a rule names only what a rule records.
        Assert.Empty(AlertRule.Alerts.SelectMany(alert => Record().Matches(alert.Expr)).Select(match => match.Value)
            .Except(AlertRule.Recorded.Select(rule => rule.Name)));
    }

    /// <summary>As Prometheus reads a row of the table.</summary>
    private static IEnumerable<string> NamesOf(Match row)
    {
        var unit = row.Groups["unit"].Value switch
        {
            "s" => "_seconds",
            "bytes" => "_bytes",
            _ => "",
        };
        var name = row.Groups["name"].Value.Replace('.', '_') + unit;
        return row.Groups["kind"].Value switch
        {
            "counter" => [$"{name}_total"],
            "histogram" => [$"{name}_bucket", $"{name}_sum", $"{name}_count"],
            _ => [name],
        };
    }

    [GeneratedRegex(@"^## (?<name>\w+)\n(?<text>(?:(?!^## ).*\n)+)", RegexOptions.Multiline, 10_000)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| `(?<name>(navigator|gen_ai)\.[a-z_.]+)` \| (?<kind>\w+)(, (?<unit>\w+))? \|", RegexOptions.Multiline, 10_000)]
    private static partial Regex Row();

    [GeneratedRegex(@"\b(navigator_|gen_ai_client_)\w+", RegexOptions.None, 10_000)]
    private static partial Regex Ours();

    [GeneratedRegex(@"\bnavigator:[\w:]+", RegexOptions.None, 10_000)]
    private static partial Regex Record();
}
