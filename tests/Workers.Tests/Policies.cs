using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Servers;

// Property tests keep a processor busy for seconds; beside them a model that answers in time would be late.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Navigator.Workers.Tests;

/// <summary>The policy that ships, with what a test sets differently.</summary>
internal static class Policies
{
    public static ConcurrencyPolicy With(params (string Key, string Value)[] settings) =>
        ConcurrencyPolicy.Load(new ConfigurationBuilder()
            .AddInMemoryCollection(YamlConfiguration.Read(Path.Combine(ServerSet.Root, "concurrency.yaml"), ConcurrencyPolicy.Section))
            .AddInMemoryCollection(settings.Select(setting =>
                KeyValuePair.Create($"{ConcurrencyPolicy.Section}:{setting.Key}", (string?)setting.Value)))
            .Build(), Shipped.Tools);

    public static CircuitBreakers Breakers(LivePolicy policy, TimeProvider? clock = null) =>
        new(policy, clock ?? TimeProvider.System, NullLogger<CircuitBreaker>.Instance);

    public static LivePolicy Live(params (string Key, string Value)[] settings) => new(With(settings));
}
