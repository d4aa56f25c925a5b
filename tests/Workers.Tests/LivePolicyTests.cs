using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Servers;

namespace Navigator.Workers.Tests;

public sealed class LivePolicyTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    [Fact]
    public void A_change_says_what_is_in_force_and_what_waits_for_the_next_start()
    {
        var policy = Policies.Live();

        var (now, atStart) = policy.Replace(Policies.With(
            ("Queues:search-web:InFlight", "3"), ("Upstreams:tavily:Timeout", "500ms"), ("Postgres:MaxConnections", "9"),
            ("Queues:search-web:Prefetch", "30")));

        Assert.Equal(["Queues.search-web.InFlight", "Upstreams.tavily.Timeout"], now);
        Assert.Equal(["Queues.search-web.Prefetch", "Postgres.MaxConnections"], atStart);
        Assert.Equal(3, policy.Now.For("search-web").Places);
    }

    [Fact]
    public void Gates_follow()
    {
        var policy = Policies.Live();
        var registry = new LimitRegistry(policy, TimeProvider.System);
        var bulkhead = registry.Queue("search-web");

        policy.Replace(Policies.With(("Queues:search-web:InFlight", "2")));

        Assert.Equal(2, bulkhead.Limit);
        Assert.Same(bulkhead, registry.Queue("search-web"));
        Assert.Equal(2, Assert.Single(registry.Read()).Limit);
    }

    [Theory]
    [InlineData("in_flight: 12\n", "in_flight: 0\n", "queues.search-web.")]
    [InlineData("in_flight: 12\n", "in_flight: 900\n", "Prefetch")]
    [InlineData("search-web:", "read-minds:", "search-web")]
    [InlineData("queues:", "queues: [", "line")]
    [InlineData("wave: 800ms", "wave: soon", "Job:wave")]
    [InlineData("wave: 800ms", "wave: 800", "800ms, 30s, 5m, 2h or 30d")]
    [InlineData("wave: 800ms", "waves: 800ms", "waves")]
    public void What_is_not_valid_is_refused_and_the_old_policy_stays(string from, string to, string named)
    {
        var (file, configuration) = Open();
        File.WriteAllText(path, ShippedFile().Replace(from, to, StringComparison.Ordinal));

        var error = Assert.Throws<StartupException>(() => file.Reload(configuration, Shipped.Tools));

        Assert.Contains(named, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(12, ConcurrencyPolicy.Load(configuration, Shipped.Tools).For("search-web").Places);
    }

    [Fact]
    public void What_the_environment_says_stands_above_the_file_also_after_a_change()
    {
        var (file, configuration) = Open(("Concurrency:Job:Wave", "700ms"));
        File.WriteAllText(path, ShippedFile().Replace("wave: 800ms", "wave: 900ms", StringComparison.Ordinal)
            .Replace("in_flight: 12\n", "in_flight: 13\n", StringComparison.Ordinal));

        var policy = file.Reload(configuration, Shipped.Tools);

        Assert.Equal(TimeSpan.FromMilliseconds(700), policy.Job.Wave);
        Assert.Equal(13, policy.For("search-web").Places);
    }

    [Fact]
    public void Nearly_full_for_ten_seconds_is_one_warning_an_episode()
    {
        var (clock, log) = (new FakeTimeProvider(), new Lines());
        var registry = new LimitRegistry(Policies.Live(), clock);
        var inUse = 8;
        registry.Watch(() => new LimitUsage("pool", "p", 10, inUse));
        using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var watch = new LimitWatch(registry, clock, provider.GetRequiredService<IMeterFactory>(), log);

        Seconds(9);
        Assert.Empty(log.All);
        Seconds(20);
        Assert.Single(log.All, line => line.Contains("pool p: 8 of 10", StringComparison.Ordinal));
        inUse = 7;
        Seconds(1);
        inUse = 10;
        Seconds(9);
        Assert.Single(log.All);
        Seconds(3);
        Assert.Equal(2, log.All.Count);

        void Seconds(int count)
        {
            for (var i = 0; i < count; i++)
            {
                watch.Look();
                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    public void Dispose() => File.Delete(path);

    private static string ShippedFile() => File.ReadAllText(Path.Combine(ServerSet.Root, "concurrency.yaml"));

    private (PolicyFile File, IConfigurationRoot Configuration) Open(params (string Key, string Value)[] settings)
    {
        File.WriteAllText(path, ShippedFile());
        var file = new PolicyFile(path);
        return (file, new ConfigurationBuilder().Add(file)
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build());
    }

    private sealed class Lines : ILogger<LimitWatch>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
