using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Servers;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

/// <summary>Three brokers, quorum queues: the one that leads most queues is killed under load.</summary>
public sealed class ClusterFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    [FaultFact(longOnly: true)]
    public async Task The_leader_of_three_brokers_is_killed_and_nothing_is_lost()
    {
        await using var cluster = await BreakableServers.Start("cluster", 27_900, brokers: 3);
        await Run(
            async stage =>
            {
                var leaders = await Leaders(cluster, stage.System.VirtualHostName);
                Assert.Equal(Shipped.Queues.Count, leaders.Count);
                var leader = leaders.GroupBy(name => name).OrderByDescending(group => group.Count()).First().Key;
                var server = $"rabbitmq{leader["navigator".Length]}";
                cluster.Kill(server);
                await Task.Delay(Seconds(5, 30));
                await cluster.Restart();
            },
            on: cluster);
    }

    private static async Task<List<string>> Leaders(BreakableServers cluster, string host)
    {
        var queues = await cluster.Set.Management.GetFromJsonAsync<JsonElement>($"api/queues/{host}");
        return [.. queues.EnumerateArray().Where(queue => queue.GetProperty("type").GetString() == "quorum")
            .Select(queue => queue.GetProperty("leader").GetString()!)];
    }
}
