using Navigator.Servers;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Navigator.Workers.Tests;

/// <summary>What every container of compose/compose.yaml is bounded by, and which image it runs.</summary>
public sealed class ComposeTests
{
    private static readonly string Folder = Path.Combine(ServerSet.Root, "compose");

    private static readonly IReadOnlyDictionary<string, YamlMappingNode> Services = Read();

    [Fact]
    public void Every_container_has_limits_of_memory_processors_and_log()
    {
        Assert.NotEmpty(Services);
        Assert.All(Services.Values, service =>
        {
            Assert.Matches("^[1-9][0-9]*[mg]$", service["mem_limit"].ToString());
            Assert.Matches("^[1-9][0-9.]*$", service["cpus"].ToString());
            Assert.Matches("^[1-9][0-9]*m$", service["logging"]["options"]["max-size"].ToString());
            Assert.Matches("^[1-9]$", service["logging"]["options"]["max-file"].ToString());
        });
    }

    [Fact]
    public void A_container_that_crashes_starts_again_unless_its_work_is_done_once()
    {
        var once = Services.Where(service => service.Value["restart"].ToString() != "unless-stopped");

        Assert.Equal(["prometheus-key", "schema"], once.Select(service => service.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_image_is_built_here_or_pinned_to_a_version()
    {
        var pinned = File.ReadLines(Path.Combine(Folder, ".env"))
            .Where(line => line.Contains("_IMAGE=", StringComparison.Ordinal))
            .Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);

        Assert.All(Services.Values.Select(service => service["image"].ToString()), image => Assert.True(
            image.StartsWith("navigator-", StringComparison.Ordinal)
            || pinned.Keys.Any(name => image.StartsWith($"${{{name}:?", StringComparison.Ordinal))));
        var bases = File.ReadLines(Path.Combine(Folder, "Dockerfile"))
            .Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(line => line["FROM ".Length..]);
        Assert.All(pinned.Values.Concat(bases), image => Assert.Matches(@"^[a-z0-9./-]+:v?[0-9]+\.[0-9]+\.[0-9]+(-[a-z0-9]+)?$", image));
    }

    private static Dictionary<string, YamlMappingNode> Read()
    {
        using var text = File.OpenText(Path.Combine(Folder, "compose.yaml"));
        var yaml = new YamlStream();
        yaml.Load(new MergingParser(new Parser(text)));
        return ((YamlMappingNode)yaml.Documents[0].RootNode["services"]).Children
            .ToDictionary(service => service.Key.ToString(), service => (YamlMappingNode)service.Value);
    }
}
