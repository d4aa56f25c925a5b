using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Navigator.Runtime;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Servers;
using Navigator.Storage.Hosting;
using Navigator.Text;

namespace Navigator.Workers.Tests;

/// <summary>No component comes without its limits: what consumes or calls out is found in the code, and held to concurrency.yaml.</summary>
public partial class ArchitectureTests
{
    [Fact]
    public void Every_consumer_is_in_the_pipeline_with_a_definition_that_takes_its_limits_from_the_policy()
    {
        var consumers = typeof(Pipeline).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IConsumer))).ToList();
        var policy = Policies.With();
        Assert.Equal(policy.Queues.Count, consumers.Count);

        var registered = new ServiceCollection();
        registered.AddMassTransit(Shipped.Setup().AddConsumers);
        foreach (var consumer in consumers)
        {
            var definition = Assert.Single(typeof(Pipeline).Assembly.GetTypes(),
                type => type.IsAssignableTo(typeof(IConsumerDefinition<>).MakeGenericType(consumer)));
            // Made of the policy and nothing else; an entry that is missing stops it.
            var made = (IConsumerDefinition)Activator.CreateInstance(definition, new LivePolicy(policy))!;
            Assert.Contains(made.GetEndpointName(DefaultEndpointNameFormatter.Instance), policy.Queues.Keys);
            var empty = policy with { Queues = [] };
            Assert.IsType<StartupException>(Assert.ThrowsAny<Exception>(() => Activator.CreateInstance(definition, new LivePolicy(empty)))
                .GetBaseException());
            Assert.Contains(registered, service => service.ServiceType == consumer);
        }
    }

    /// <summary>Where the broker is given its topology, a queue that is not in it takes no message.</summary>
    [Fact]
    public void The_definitions_of_the_broker_name_the_queues_of_every_tool_and_stage()
    {
        using var definitions = JsonDocument.Parse(File.ReadAllText(Path.Combine(ServerSet.Root, "compose", "rabbitmq", "definitions.json")));
        IEnumerable<string> Names(string section, string member) =>
            definitions.RootElement.GetProperty(section).EnumerateArray().Select(entry => entry.GetProperty(member).GetString()!);

        Assert.Equivalent(Shipped.Queues, Names("queues", "name"), strict: true);
        Assert.Equivalent(Shipped.Queues, Names("bindings", "destination"), strict: true);
        Assert.Superset(Shipped.Queues.ToHashSet(), Names("exchanges", "name").ToHashSet());
        foreach (var rights in Names("permissions", "write").Where(rights => rights != ".*"))
            Assert.All(Shipped.Queues, queue => Assert.Matches(rights, queue));
    }

    [Fact]
    public void Http_is_spoken_through_the_pools_of_the_policy_alone()
    {
        var sources = Directory.GetFiles(Path.Combine(ServerSet.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}Cli{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

        var speakers = sources.Where(file => MakesAClient().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName).Order(StringComparer.Ordinal);

        // Upstreams, and callers' servers, which are guarded instead of pooled.
        Assert.Equal(["UpstreamHttp.cs", "WebhookSender.cs"], speakers);
    }

    /// <summary>What would have to be written anew if the bus were another one (decision 21).</summary>
    [Fact]
    public void The_bus_is_known_to_consumers_their_middleware_the_dispatcher_and_its_set_up_alone()
    {
        var sources = Path.Combine(ServerSet.Root, "src");
        var knowing = Directory.GetFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && UsesTheBus().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetRelativePath(sources, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => !file.EndsWith("Consumer.cs", StringComparison.Ordinal)
                && !file.EndsWith("ConsumerDefinition.cs", StringComparison.Ordinal));

        Assert.Equal(
            [
                "Runtime/Broker/ConsumerWatch.cs", "Runtime/Broker/EndpointActivity.cs",
                "Runtime/Flow/Dispatcher.cs", "Runtime/Flow/FailPoint.cs", "Runtime/Flow/Lease.cs", "Runtime/Flow/SkipOnFailureFilter.cs",
                "Runtime/Hosting/BusSetup.cs", "Runtime/Hosting/EndpointLimits.cs", "Runtime/Hosting/ShortFaultFilter.cs",
                "Runtime/Hosting/StageFilter.cs", "Runtime/Hosting/ToolSetup.cs", "Runtime/Hosting/WorkerSetup.cs",
                "Runtime/Telemetry/LoggingSetup.cs", "Runtime/Upstreams/CircuitBreakerFilter.cs",
            ],
            knowing.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_upstream_of_the_policy_is_called_and_every_client_calls_one_that_is_in_it()
    {
        var clients = Directory.GetFiles(Path.Combine(ServerSet.Root, "src", "Workers"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText).Where(text => text.Contains("new UpstreamCall(", StringComparison.Ordinal)).ToList();
        var called = clients.SelectMany(text => NamesAnUpstream().Matches(text).Select(match => match.Groups[1].Value)).ToList();

        Assert.Equal(clients.Count, called.Count);
        Assert.Equivalent(typeof(UpstreamNames).GetFields().Where(field => field.IsLiteral).Select(field => field.Name).ToHashSet(),
            called.ToHashSet(), strict: true);
        Assert.Equivalent(UpstreamNames.All.Concat(Shipped.Tools.Upstreams).ToHashSet(), Policies.With().Upstreams.Keys.ToHashSet(), strict: true);
    }

    [Fact]
    public void No_regular_expression_can_run_without_end()
    {
        const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var types = new[] { typeof(Pipeline), typeof(WorkerSetup), typeof(Terms), typeof(StorageSetup) }
            .Select(type => type.Assembly).SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.ContainsGenericParameters).ToList();
        var held = types.Where(type => !type.Name.StartsWith('<')).SelectMany(type => type.GetFields(Any)).Where(field => !field.IsLiteral)
            .SelectMany(field => Regexes(field.GetValue(null)))
            .Concat(types.SelectMany(type => type.GetMethods(Any))
                .Where(method => method.ReturnType == typeof(Regex) && method.GetParameters().Length == 0 && !method.ContainsGenericParameters)
                .SelectMany(method => Regexes(method.Invoke(null, null))))
            .Distinct().ToList();

        Assert.True(held.Count > 40, $"only {held.Count} were found");
        Assert.All(held, regex => Assert.True(regex.Options.HasFlag(RegexOptions.NonBacktracking)
            || regex.MatchTimeout != Regex.InfiniteMatchTimeout, regex.ToString()));
    }

    /// <summary>Itself, or those in a list, or in the tuples of a list.</summary>
    private static IEnumerable<Regex> Regexes(object? value) => value switch
    {
        Regex regex => [regex],
        System.Runtime.CompilerServices.ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Regexes(tuple[i])),
        Array array => array.Cast<object?>().SelectMany(Regexes),
        _ => [],
    };

    [GeneratedRegex(@"new (HttpClient|SocketsHttpHandler|HttpClientHandler)\b")]
    private static partial Regex MakesAClient();

    [GeneratedRegex(@"\busing MassTransit\b|\bMassTransit\.")]
    private static partial Regex UsesTheBus();

    [GeneratedRegex(@"const string Upstream = UpstreamNames\.(\w+)")]
    private static partial Regex NamesAnUpstream();
}
