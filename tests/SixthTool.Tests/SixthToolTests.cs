using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Navigator.Api;
using Navigator.Contracts.Chat;
using Navigator.Runtime;
using Navigator.Runtime.Tools;
using Navigator.Servers;
using Navigator.SixthTool.Tests.Claims;

namespace Navigator.SixthTool.Tests;

/// <summary>A tool comes in five files and one line. These tests are the proof: nothing in <c>src</c> knows of claims.</summary>
public sealed partial class SixthToolTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_question_uses_the_tool_and_its_result_is_cited_and_its_limits_are_shown(bool distributed)
    {
        await using var claims = await ClaimsServer.Start();
        await using var system = await SixToolSystem.Start(distributed, claims);

        var job = await system.Ask("Was my claim 4711 approved?");

        Assert.Empty(job.GetProperty("degraded").EnumerateArray());
        var citation = Assert.Single(job.GetProperty("answer").GetProperty("citations").EnumerateArray(),
            citation => citation.GetProperty("kind").GetString() == "claim");
        Assert.Equal("Claim 4711", citation.GetProperty("title").GetString());
        Assert.Contains("approved on 3 March", job.GetProperty("answer").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, claims.Calls);

        await system.Ask("What is my deductible?");
        Assert.Equal(1, claims.Calls);

        // A process tells what it holds itself to every other second.
        await Eventually.Holds(async () => Usage(await Limits(system)) is { } limits
            && limits.Contains(("queue", "ask-claims", 4)) && limits.Contains(("upstream", "claims", 4)));
        var limits = await Limits(system);
        Assert.Contains("ask-claims", limits.GetProperty("queues").EnumerateArray().Select(queue => queue.GetProperty("name").GetString()));
        Assert.Contains("claims", limits.GetProperty("rates").EnumerateArray().Select(rate => rate.GetProperty("upstream").GetString()));
        if (distributed)
            await Eventually.Holds(async () => (await system.Queues()).Any(queue => queue is { Name: "ask-claims", Consumers: 1 }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_its_server_fails_it_is_skipped_by_name_and_after_five_failures_its_circuit_is_open(bool distributed)
    {
        await using var claims = await ClaimsServer.Start();
        await using var system = await SixToolSystem.Start(distributed, claims);
        claims.Fails = true;

        var reasons = new List<string?>();
        for (var i = 0; i < 7; i++)
            reasons.Add(Assert.Single((await system.Ask($"Was my claim {i} approved?")).GetProperty("degraded").EnumerateArray()).GetString());

        Assert.All(reasons[..5], reason => Assert.Equal("claims: HTTP 503", reason));
        Assert.All(reasons[5..], reason => Assert.Equal("claims: the circuit is open after repeated failures", reason));
        Assert.Equal(5, claims.Calls);
        if (distributed)
            Assert.DoesNotContain(await system.Queues(), queue => queue.Name.Contains('_', StringComparison.Ordinal));
    }

    [Fact]
    public void A_tool_that_comes_twice_or_without_limits_keeps_the_process_from_starting()
    {
        var twice = Assert.Throws<StartupException>(() => ApiProcess.Build([], workers =>
        {
            SixToolSystem.AddWorkers(workers);
            workers.Tools.AddClaims();
        }));
        var unlimited = Assert.Throws<StartupException>(() => ApiProcess.Build([], workers =>
        {
            SixToolSystem.AddWorkers(workers);
            workers.Tools.Add(workers.Tools.Build().Find(ClaimsSetup.Name)! with
            {
                Name = new Tool("complaints"),
                Queue = "ask-complaints",
                Command = (job, attempt) => new AskComplaints(job, attempt),
                Planning = new ToolPlanning { Key = "complaint_queries", Description = "", Instruction = "", QueriesByRule = _ => [] },
            });
        }));

        Assert.Equal("two tools have the name 'claims'.", twice.Message);
        Assert.Equal("concurrency.yaml: queues has no entry for 'ask-complaints'.", unlimited.Message);
    }

    [Fact]
    public void CONTRIBUTING_names_the_five_files_that_there_are()
    {
        var folder = Path.Combine(ServerSet.Root, "tests", "SixthTool.Tests", "Claims");
        var section = File.ReadAllText(Path.Combine(ServerSet.Root, "CONTRIBUTING.md")).Split("## Add a tool in five files")[1].Split("\n## ")[0];

        var named = NamedFiles().Matches(section).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(5, named.Count);
        Assert.Equal(Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        Assert.Contains("`tools.AddClaims();`", section, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> Limits(SixToolSystem system) => await system.Client.GetFromJsonAsync<JsonElement>("/v1/limits");

    private static List<(string? Kind, string? Name, long Limit)> Usage(JsonElement limits) =>
    [
        .. limits.GetProperty("processes").EnumerateArray()
            .SelectMany(process => process.GetProperty("limits").GetProperty("usage").EnumerateArray())
            .Select(limit => (limit.GetProperty("kind").GetString(), limit.GetProperty("name").GetString(), limit.GetProperty("limit").GetInt64())),
    ];

    [GeneratedRegex(@"^\d\. `(\w+\.cs)`", RegexOptions.Multiline, 1_000)]
    private static partial Regex NamedFiles();

    private sealed record AskComplaints(Guid JobId, int Attempt) : Navigator.Contracts.JobCommand(JobId, Attempt)
    {
        public override string Queue() => "ask-complaints";
    }
}
