using System.Text.Json;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

public sealed class IntakeTests
{
    [Fact]
    public async Task A_question_in_another_language_is_answered_as_far_as_it_goes_and_says_what_was_missing()
    {
        await using var system = await NavigatorSystem.Start(0);

        var spanish = await system.Ask("¿Cuánto cuesta un viaje en ambulancia con mi plan?");
        var said = await system.End(await system.Submit(new { question = "ambulance copay", language = "vi" }), TimeSpan.FromSeconds(30));
        var english = await system.Ask("What does an ambulance ride cost with my plan?");

        Assert.Contains("(es)", Assert.Single(spanish.GetProperty("degraded").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Contains("(vi)", Assert.Single(said.GetProperty("degraded").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Empty(english.GetProperty("degraded").EnumerateArray());
        Assert.Equal("answered", spanish.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Nothing_that_tells_who_somebody_is_leaves_for_a_web_search()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(0, upstreams);

        var job = await system.Ask("My SSN is 460-89-9847, my card 4111 1111 1111 1111, my phone 503-555-0142 and jo@example.org: what is the "
            + "latest news on premiums?");

        Assert.Equal("answered", job.GetProperty("status").GetString());
        using var request = JsonDocument.Parse(Assert.Single(upstreams.RequestsTo("search")));
        Assert.Equal(
            "My SSN is [social security number], my card [card number], my phone [phone number] and [mail address]: what is the latest news on "
                + "premiums?",
            request.RootElement.GetProperty("query").GetString());
        // The question itself stays as it was asked.
        Assert.Contains("460-89-9847", job.GetProperty("question").GetString(), StringComparison.Ordinal);
    }
}
