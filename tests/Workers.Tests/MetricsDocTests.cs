using System.Text.RegularExpressions;
using Navigator.Servers;

namespace Navigator.Workers.Tests;

public sealed partial class MetricsDocTests
{
    [Fact]
    public void Every_metric_of_the_code_has_a_row_in_the_table_for_operators_and_no_row_is_left_over()
    {
        var created = Directory.GetFiles(Path.Combine(ServerSet.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Created().Matches(File.ReadAllText(file))).Select(match => match.Groups["name"].Value).ToHashSet();
        var rows = Row().Matches(File.ReadAllText(Path.Combine(ServerSet.Root, "docs", "operating.md")))
            .Select(match => match.Groups["name"].Value);

        Assert.True(created.Count > 30, $"only {created.Count} were found");
        // What Microsoft.Extensions.AI measures of a model.
        created.UnionWith(["gen_ai.client.token.usage", "gen_ai.client.operation.duration"]);
        Assert.Equal(created.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""(Create\w+(<\w+>)?|Seconds|Gauge)\(\s*"(?<name>navigator\.[a-z_.]+)"[,)]""", RegexOptions.None, 10_000)]
    private static partial Regex Created();

    [GeneratedRegex(@"^\| `(?<name>(navigator|gen_ai)\.[a-z_.]+)` \|", RegexOptions.Multiline, 10_000)]
    private static partial Regex Row();
}
