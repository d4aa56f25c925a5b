using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>Anthropic's key alone: its models plan, translate and write answers.</summary>
public sealed class AnthropicTests
{
    [Fact]
    public async Task With_its_key_alone_anthropic_plans_translates_and_answers_with_citations()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(
            0, null, ("Anthropic__ApiKey", "test"), ("Anthropic__BaseUrl", upstreams.Anthropic.ToString()),
            ("Concurrency__Providers__anthropic__RatePerMinute", "6000"));
        await system.Ingest("policy.md", Encoding.UTF8.GetBytes("# Ambulance\n\nAn ambulance ride costs $180."), NavigatorSystem.Patience);

        var job = await system.Ask("¿Cuánto cuesta un viaje en ambulancia con mi plan?");

        Assert.Empty(job.GetProperty("degraded").EnumerateArray());
        var answer = job.GetProperty("answer");
        Assert.Equal(("claude-sonnet-5-5", "El stand-in ha leído las fuentes y responde con la primera [1]."),
            (answer.GetProperty("model").GetString(), answer.GetProperty("text").GetString()));
        Assert.NotEmpty(answer.GetProperty("citations").EnumerateArray());
        Assert.Equal("claude-haiku-5-5", job.GetProperty("plan").GetProperty("by").GetString());
        Assert.Equal((1, 2, 1), (upstreams.CallsOf("anthropic_answers"), upstreams.CallsOf("anthropic_translations"),
            upstreams.CallsOf("anthropic_plans")));
        Assert.Equal((0, 0), (upstreams.CallsOf("answers"), upstreams.CallsOf("embeddings")));
        Assert.Contains($"Answers    claude-sonnet-5-5 at {upstreams.Anthropic.Host}", system.Api.Output, StringComparison.Ordinal);
        await Eventually.Holds(async () => (await system.Client.GetFromJsonAsync<JsonElement>("/v1/limits")).GetProperty("rates").EnumerateArray()
            .Any(rate => rate.GetProperty("upstream").GetString() == "answers/anthropic" && rate.GetProperty("per_minute").GetInt32() == 6_000));
        Assert.Matches(
            "(?m)^gen_ai_client_token_usage_count\\{.*gen_ai_provider_name=\"anthropic\".*\\} ",
            await system.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
    }

    [Fact]
    public async Task A_question_that_it_refuses_is_refused_and_one_that_fails_says_how()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(
            0, null, ("Anthropic__ApiKey", "test"), ("Anthropic__BaseUrl", upstreams.Anthropic.ToString()),
            ("Concurrency__Providers__anthropic__RatePerMinute", "6000"));
        upstreams.Set("anthropic_answers", new Behaviour { Fault = Fault.Refusal });
        var refused = await system.Ask("How much does an ambulance ride cost?");
        upstreams.Set("anthropic_answers", new Behaviour { Fault = Fault.Status, Status = 401 });
        var failed = await system.Ask("How much does a visit to the emergency room cost?");

        Assert.Equal(("refused", "content_filtered"),
            (refused.GetProperty("status").GetString(), refused.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(("failed", "answer_failed"),
            (failed.GetProperty("status").GetString(), failed.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("HTTP 401", failed.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
