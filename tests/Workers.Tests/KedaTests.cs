using System.Globalization;
using Navigator.Servers;
using YamlDotNet.RepresentationModel;

namespace Navigator.Workers.Tests;

/// <summary>compose/keda/workers.yaml against what KEDA's definitions (keda.sh/v1alpha1) require and know, and against our queues.</summary>
public sealed class KedaTests
{
    private static readonly string[] SpecMembers =
    [
        "advanced", "cooldownPeriod", "fallback", "idleReplicaCount", "initialCooldownPeriod", "maxReplicaCount", "minReplicaCount",
        "pollingInterval", "scaleTargetRef", "triggers",
    ];

    private static readonly string[] TriggerMembers = ["authenticationRef", "metadata", "metricType", "name", "type", "useCachedMetrics"];

    private static readonly IReadOnlyList<YamlMappingNode> Documents = Read();

    [Fact]
    public void Every_member_is_one_that_KEDA_knows_and_none_that_it_requires_is_missing()
    {
        Assert.All(Documents, document => Assert.Equal("keda.sh/v1alpha1", Text(document, "apiVersion")));
        Assert.All(Documents, document => Assert.Matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", Text(Map(document, "metadata"), "name")));
        var spec = Map(Of("ScaledObject"), "spec");
        Assert.Empty(Names(spec).Except(SpecMembers, StringComparer.Ordinal));
        Assert.NotEmpty(Text(Map(spec, "scaleTargetRef"), "name"));
        Assert.InRange(Number(spec, "minReplicaCount"), 1, Number(spec, "maxReplicaCount"));
        foreach (var trigger in Triggers())
        {
            Assert.Empty(Names(trigger).Except(TriggerMembers, StringComparer.Ordinal));
            Assert.Equal("rabbitmq", Text(trigger, "type"));
            var metadata = Map(trigger, "metadata");
            Assert.Equal("QueueLength", Text(metadata, "mode"));
            Assert.True(Number(metadata, "value") > 0);
            // KEDA's metadata are strings: a number without quotes is refused.
            Assert.All(metadata.Children.Values.Cast<YamlScalarNode>(), value => Assert.True(
                value.Style == YamlDotNet.Core.ScalarStyle.DoubleQuoted || !double.TryParse(value.Value, CultureInfo.InvariantCulture, out _)));
            Assert.Equal(Text(Map(Of("TriggerAuthentication"), "metadata"), "name"), Text(Map(trigger, "authenticationRef"), "name"));
        }
        var secret = (YamlMappingNode)((YamlSequenceNode)Map(Of("TriggerAuthentication"), "spec")["secretTargetRef"]).Single();
        Assert.Equal(["key", "name", "parameter"], Names(secret).Order(StringComparer.Ordinal));
        Assert.Equal("host", Text(secret, "parameter"));
    }

    [Fact]
    public void Every_trigger_watches_a_queue_of_ours_and_none_twice()
    {
        var watched = Triggers().Select(trigger => Text(Map(trigger, "metadata"), "queueName")).ToList();

        Assert.NotEmpty(watched);
        Assert.Equal(watched.Distinct(StringComparer.Ordinal), watched);
        Assert.Empty(watched.Except(Shipped.Queues, StringComparer.Ordinal));
    }

    private static IEnumerable<YamlMappingNode> Triggers() =>
        ((YamlSequenceNode)Map(Of("ScaledObject"), "spec")["triggers"]).Cast<YamlMappingNode>();

    private static YamlMappingNode Of(string kind) => Documents.Single(document => Text(document, "kind") == kind);

    private static IEnumerable<string> Names(YamlMappingNode node) => node.Children.Keys.Select(key => ((YamlScalarNode)key).Value!);

    private static YamlMappingNode Map(YamlMappingNode node, string name) => (YamlMappingNode)node[name];

    private static string Text(YamlMappingNode node, string name) => ((YamlScalarNode)node[name]).Value!;

    private static int Number(YamlMappingNode node, string name) => int.Parse(Text(node, name), CultureInfo.InvariantCulture);

    private static IReadOnlyList<YamlMappingNode> Read()
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(Path.Combine(ServerSet.Root, "compose", "keda", "workers.yaml"));
        yaml.Load(reader);
        return [.. yaml.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }
}
