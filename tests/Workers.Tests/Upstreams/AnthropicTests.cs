using System.Text.Json;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Upstreams;
using Navigator.Workers.Answer;
using Navigator.Workers.Intake.Planning;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>Anthropic's models, through its official client and a real HTTP server.</summary>
public sealed class AnthropicTests : IAsyncLifetime
{
    private static readonly Evidence Found = new(
        [new Source { Marker = 1, Kind = "document", Title = "Policy", Page = 3, Text = "An ambulance costs $180.", Score = 1 }], [], 0.9, true);

    private ModelledAgents agents = null!;

    [Fact]
    public async Task An_answer_is_cited_and_the_request_says_what_ours_to_openai_say()
    {
        var answer = await Ask();

        Assert.Equal("claude-sonnet-5-5", answer.Model);
        Assert.Equal("An ambulance costs $180.", Assert.Single(answer.Citations).Quote);
        Assert.Equal(["Bearer k"], agents.Server.AuthorizationsOf("anthropic_answers"));
        using var request = JsonDocument.Parse(Assert.Single(agents.Server.RequestsTo("anthropic_answers")));
        var sent = request.RootElement;
        Assert.Equal("claude-sonnet-5-5", sent.GetProperty("model").GetString());
        Assert.Equal(1_500, sent.GetProperty("max_tokens").GetInt32());
        Assert.Contains("Use only the sources", sent.GetProperty("system").ToString(), StringComparison.Ordinal);
        var schema = sent.GetProperty("output_config").GetProperty("format").GetProperty("schema");
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(["answered", "answer", "quotes", "follow_ups"],
            schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Theory]
    [InlineData(Fault.Empty, UpstreamFailure.Invalid)]
    [InlineData(Fault.Refusal, UpstreamFailure.Filtered)]
    [InlineData(Fault.ContentFilter, UpstreamFailure.Filtered)]
    [InlineData(Fault.Garbage, UpstreamFailure.Invalid)]
    [InlineData(Fault.WrongShape, UpstreamFailure.Invalid)]
    [InlineData(Fault.Huge, UpstreamFailure.Invalid)]
    [InlineData(Fault.Truncated, UpstreamFailure.Unavailable)]
    [InlineData(Fault.Reset, UpstreamFailure.Unavailable)]
    [InlineData(Fault.BlackHole, UpstreamFailure.Unavailable)]
    public async Task A_hostile_reply_is_an_error_of_the_same_kind_as_openais(Fault fault, UpstreamFailure expected)
    {
        if (fault == Fault.BlackHole)
            agents.Hurry();
        agents.Server.Set("anthropic_answers", new Behaviour { Fault = fault });

        var error = await Assert.ThrowsAsync<UpstreamException>(() => Ask());

        Assert.True(expected == error.Failure, error.ToString());
        Assert.InRange(error.Message.Length, 1, 120);
    }

    [Theory]
    [InlineData(401, UpstreamFailure.Rejected)]
    [InlineData(404, UpstreamFailure.Rejected)]
    [InlineData(429, UpstreamFailure.Unavailable)]
    [InlineData(500, UpstreamFailure.Unavailable)]
    [InlineData(529, UpstreamFailure.Unavailable)]
    public async Task A_status_is_named_and_the_client_tries_nothing_again_by_itself(int status, UpstreamFailure expected)
    {
        agents.Server.Set("anthropic_answers", new Behaviour { Fault = Fault.Status, Status = status });

        var error = await Assert.ThrowsAsync<UpstreamException>(() => Ask());

        Assert.Equal((expected, $"HTTP {status}"), (error.Failure, error.Reason));
        Assert.Equal(1, agents.Server.CallsOf("anthropic_answers"));
    }

    [Fact]
    public async Task A_retry_after_holds_the_calls_to_anthropic_and_to_nobody_else()
    {
        agents.Server.Set("anthropic_answers", new Behaviour { Fault = Fault.Status, Status = 429, RetryAfter = "3000" });

        var error = await Assert.ThrowsAsync<UpstreamException>(() => Ask());
        var next = await Assert.ThrowsAsync<UpstreamException>(() => Ask());

        Assert.Equal(TimeSpan.FromSeconds(3_000), error.RetryAfter);
        Assert.Contains("rate limit", next.Reason, StringComparison.Ordinal);
        Assert.Equal(1, agents.Server.CallsOf("anthropic_answers"));
        Assert.Equal(20, await agents.Available("answers"));
    }

    [Fact]
    public async Task Its_rate_and_its_permits_are_its_own()
    {
        var shipped = Policies.With();
        Assert.Equal((60, 50), (shipped.ForUpstream("answers").RatePerMinute, shipped.ForUpstream("answers", "anthropic").RatePerMinute));
        agents.Policy.Replace(Policies.With(
            ("Providers:anthropic:RatePerMinute", "1"), ("Providers:anthropic:Burst", "2"), ("Providers:anthropic:InFlight", "7")));
        await Ask();
        await Ask();

        var error = await Assert.ThrowsAsync<UpstreamException>(() => Ask());

        Assert.Contains("rate limit", error.Reason, StringComparison.Ordinal);
        Assert.Equal(2, agents.Server.CallsOf("anthropic_answers"));
        Assert.Equal(7, new LimitRegistry(agents.Policy, TimeProvider.System).Upstream("answers", "anthropic").Limit);
    }

    [Fact]
    public async Task A_reply_that_cannot_be_used_is_sent_back_once()
    {
        agents.Server.Set("anthropic_answers", new Behaviour { Fault = Fault.Says, Says = "It is free of charge.", Times = 1 });

        var answer = await Ask();

        Assert.Single(answer.Citations);
        var second = agents.Server.RequestsTo("anthropic_answers")[1];
        Assert.Contains("It is free of charge.", second, StringComparison.Ordinal);
        Assert.Contains("This cannot be used", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_without_a_word_and_one_that_was_cut_off_are_sent_back_too()
    {
        agents.Server.Set("anthropic_answers", new Behaviour { Fault = Fault.Empty, Times = 1 });
        await Ask();
        agents.Server.Set("anthropic_answers", new Behaviour { Fault = Fault.CutOff, Times = 1 });
        await Ask();

        var requests = agents.Server.RequestsTo("anthropic_answers");
        Assert.Contains("(nothing)", requests[1], StringComparison.Ordinal);
        Assert.Contains("half as many words", requests[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_small_model_plans_and_translates_behind_breakers_of_its_own()
    {
        var (plan, _) = await agents.Planner().Plan(
            new PlanningRequest("What is the deductible?", null, "en", [.. Shipped.Tools], []), ModelledAgents.Patience, default);
        var translated = await agents.Translator().TranslateIn(
            "¿Cuánto cuesta un viaje en ambulancia con mi plan?", "es", ModelledAgents.Patience, default);

        Assert.Equal("claude-haiku-5-5", plan.By);
        Assert.Equal("How much does an ambulance ride cost with my plan?", translated.Question);
        Assert.Equal((1, 1), (agents.Server.CallsOf("anthropic_plans"), agents.Server.CallsOf("anthropic_translations")));
        Assert.Equal(0, agents.Server.CallsOf("plans"));
    }

    private async Task<JobAnswer> Ask() =>
        await agents.Answerer().Answer("How much?", "en", Found, ModelledAgents.Patience, default);

    public async Task InitializeAsync() => agents = await ModelledAgents.Start(anthropic: true);

    public async Task DisposeAsync() => await agents.DisposeAsync();
}
