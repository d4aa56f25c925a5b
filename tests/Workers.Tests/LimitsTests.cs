using Microsoft.Extensions.Configuration;
using Navigator.Contracts;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Settings;

namespace Navigator.Workers.Tests;

public sealed class LimitsTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    [Fact]
    public void Every_queue_has_its_entry_and_every_entry_its_queue()
    {
        var queues = typeof(QueueNames).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToHashSet();

        Assert.Equivalent(queues, Policies.With().Queues.Keys.ToHashSet(), strict: true);
    }

    [Theory]
    [InlineData("Queues:search-web:InFlight", "-3", "queues.search-web.")]
    [InlineData("Queues:search-web:InFlight", "many", "queues.search-web.")]
    [InlineData("Queues:search-web:Prefetch", "0", "queues.search-web.")]
    [InlineData("Upstreams:tavily:Timeout", "0ms", "upstreams.tavily.")]
    [InlineData("Upstreams:tavily:Timeout", "soon", "Upstreams:tavily:Timeout")]
    [InlineData("Upstreams:tavily:TimeoutMs", "800", "TimeoutMs")]
    [InlineData("Upstreams:tavily:Breaker:FailureThreshold", "0", "upstreams.tavily.breaker.")]
    [InlineData("Upstreams:tavily:Breaker:BreakDuration", "11m", "upstreams.tavily.breaker.")]
    [InlineData("Upstreams:tavily:Breaker:HalfOpenProbes", "0", "upstreams.tavily.breaker.")]
    [InlineData("Upstreams:answers:Breaker:FailureThreshold", "5", "upstreams.answers.breaker.")]
    [InlineData("Job:Deadline", "999999999ms", "job.")]
    [InlineData("Job:Colour", "blue", "Colour")]
    public void A_number_out_of_range_or_an_unknown_key_is_named(string key, string value, string named) =>
        Assert.Contains(named, Assert.Throws<StartupException>(() => Policies.With((key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_queue_or_upstream_without_an_entry_is_named()
    {
        Assert.Contains("'read-minds'", Assert.Throws<StartupException>(() => Policies.With().For("read-minds")).Message, StringComparison.Ordinal);
        Assert.Contains("'oracle'", Assert.Throws<StartupException>(() => Policies.With().ForUpstream("oracle")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queues:\n  a: 'unclosed", "line 2")]
    [InlineData("queues:\n  a: 1\n bad", "line 3")]
    [InlineData("- a\n- b", "mapping")]
    [InlineData("", "mapping")]
    public void A_file_that_is_no_yaml_is_named_with_its_line(string yaml, string named)
    {
        File.WriteAllText(file, yaml);

        var error = Assert.Throws<StartupException>(() => YamlConfiguration.Read(file, "Concurrency"));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("/nowhere.yaml", Assert.Throws<StartupException>(() => YamlConfiguration.Read("/nowhere.yaml", "x")).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("amqp://h", null, "ConnectionStrings__Postgres is not")]
    [InlineData(null, "Host=h", "ConnectionStrings__RabbitMq is not")]
    [InlineData("localhost:5672", "Host=h", "ConnectionStrings__RabbitMq is not an address")]
    [InlineData("amqp://h", "Wrong=h", "ConnectionStrings__Postgres cannot be read")]
    [InlineData("amqp://h", "Database=d", "contains no host")]
    public void Half_a_pair_of_connection_strings_or_a_broken_one_is_named(string? rabbitMq, string? postgres, string named) =>
        Assert.Contains(named, Assert.Throws<StartupException>(() => Mode(rabbitMq, postgres)).Message, StringComparison.Ordinal);

    [Fact]
    public void Both_are_distributed_and_none_is_embedded()
    {
        Assert.False(Mode("amqp://h", "Host=h").IsEmbedded);
        Assert.True(Mode(null, " ").IsEmbedded);
    }

    public void Dispose() => File.Delete(file);

    private static NavigatorMode Mode(string? rabbitMq, string? postgres) => NavigatorMode.From(new ConfigurationBuilder()
        .AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:RabbitMq", rabbitMq),
            KeyValuePair.Create("ConnectionStrings:Postgres", postgres)]).Build());
}
