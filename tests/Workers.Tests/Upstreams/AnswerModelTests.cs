using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Upstreams;
using Navigator.Workers.Answer;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>An answer model whose replies hold, or do not.</summary>
public sealed class AnswerModelTests : IAsyncLifetime
{
    private static readonly IReadOnlyList<Source> Sources =
    [
        new Source { Marker = 1, Kind = "document", Title = "Policy", Page = 3, Text = "An ambulance ride costs $180. A helicopter costs 20%.",
            Score = 0.8, IsSemanticMatch = true },
        new Source { Marker = 2, Kind = "document", Title = "Policy", Page = 4, Text = "Call Member Services at 1-800-555-0142.", Score = 0.4,
            IsSemanticMatch = true },
    ];

    private static readonly Evidence Found = new(Sources, [], 0.9, true);

    private ModelledAgents agents = null!;

    [Fact]
    public async Task A_good_answer_has_a_quote_for_every_citation_follow_ups_and_a_confidence()
    {
        var answer = await agents.Answerer().Answer("How much is an ambulance ride?", "en", Found, ModelledAgents.Patience, default);

        Assert.Equal("The stand-in read the sources and answers from the first [1].", answer.Text);
        Assert.Equal("An ambulance ride costs $180.", Assert.Single(answer.Citations).Quote);
        Assert.Equal(["What else does the first source say?"], answer.FollowUps);
        Assert.Equal((0.9, 0, false), (answer.Confidence, answer.DroppedCitations, answer.Truncated));
        // What the model is told is the shape that is checked here.
        Assert.Contains("\"strict\":true", agents.Server.RequestsTo("answers")[0], StringComparison.Ordinal);
        Assert.Contains("\"follow_ups\"", agents.Server.RequestsTo("answers")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The ride costs $180 [1].")]
    [InlineData(
        """{"answered": true, "answer": "The ride costs $999 [1].", "quotes": [{"source": 1, "quote": "An ambulance ride costs $180."}], "follow_ups": []}""")]
    [InlineData("""{"answered": true, "answer": "The ride costs $180.", "quotes": [], "follow_ups": []}""")]
    [InlineData(
        """{"answered": true, "answer": "The ride costs $180 [1].", "quotes": [{"source": 1, "quote": "Nobody wrote this."}], "follow_ups": []}""")]
    [InlineData("""{"answered": true, "answer": "The moon is made of cheese and honey [1].", "quotes": [], "follow_ups": []}""")]
    [InlineData("""{"answered": true, "answer": " ", "quotes": [], "follow_ups": []}""")]
    [InlineData("""{"answered": true, "answer": "The ride costs $180 [1].", "quotes": [null], "follow_ups": []}""")]
    public async Task An_answer_that_nothing_bears_is_sent_back_and_then_it_is_none(string says)
    {
        agents.Server.Set("answers", new Behaviour { Fault = Fault.Says, Says = says });

        var error = await Assert.ThrowsAsync<UpstreamException>(() => agents.Answerer()
            .Answer("How much is an ambulance ride?", "en", Found, ModelledAgents.Patience, default));

        Assert.Equal((UpstreamFailure.Invalid, 2), (error.Failure, agents.Server.CallsOf("answers")));
    }

    [Theory]
    [InlineData(
        """{"answered": true, "answer": "The ride costs $180.00 [1].", "quotes": [{"source": 1, "quote": "an ambulance  ride costs $180"}], "follow_ups": []}""", "An ambulance ride costs $180")]
    [InlineData("""{"answered": true, "answer": "An ambulance ride costs 180 dollars [1].", "quotes": [], "follow_ups": []}""",
        "An ambulance ride costs $180. A helicopter costs 20%.")]
    [InlineData("```json\n{\"answered\": true, \"answer\": \"It is 20 % by air [1, 1].\", \"quotes\": [{\"source\": 1, \"quote\": \"A helicopter "
        + "costs 20%.\"}], \"follow_ups\": []}\n```", "A helicopter costs 20%.")]
    public async Task A_quote_is_found_whatever_became_of_its_white_space_and_stands_in_the_source_word_for_word(string says, string quote)
    {
        agents.Server.Set("answers", new Behaviour { Fault = Fault.Says, Says = says });

        var answer = await agents.Answerer().Answer("How much is an ambulance ride?", "en", Found, ModelledAgents.Patience, default);

        Assert.Equal(quote, Assert.Single(answer.Citations).Quote);
        Assert.Contains(quote, Sources[0].Text, StringComparison.Ordinal);
        Assert.Equal(1, agents.Server.CallsOf("answers"));
    }

    [Fact]
    public async Task A_citation_that_does_not_hold_is_dropped_and_counted_and_the_others_stay()
    {
        agents.Server.Set("answers", new Behaviour
        {
            Fault = Fault.Says,
            Says = """{"answered": true, "answer": "The ride costs $180 [1]. You may also call [2]. See <b>here</b> [picture](https://evil.example/x).", "quotes": [{"source": 1, "quote": "An ambulance ride costs $180."}, {"source": 2, "quote": "Call your mother."}], "follow_ups": ["See https://evil.example?", "And by air?"]}""",
        });

        var answer = await agents.Answerer().Answer("How much is an ambulance ride?", "en", Found, ModelledAgents.Patience, default);

        Assert.Equal("The ride costs $180 [1]. You may also call. See ‹b›here‹/b› picture.", answer.Text);
        Assert.Equal((1, 1), (Assert.Single(answer.Citations).Marker, answer.DroppedCitations));
        Assert.Equal(["See [link removed]", "And by air?"], answer.FollowUps);
        Assert.Equal(0.45, answer.Confidence, 2);
    }

    [Fact]
    public async Task When_the_documents_do_not_say_nothing_is_cited_and_nothing_is_certain()
    {
        agents.Server.Set("answers", new Behaviour
        {
            Fault = Fault.Says,
            Says = """{"answered": false, "answer": "The documents do not say [1].", "quotes": [], "follow_ups": []}"""
        });

        var answer = await agents.Answerer().Answer("Who won?", "en", Found, ModelledAgents.Patience, default);

        Assert.Equal(("The documents do not say.", 0.0), (answer.Text, answer.Confidence));
        Assert.Empty(answer.Citations);
    }

    [Fact]
    public async Task An_answer_that_was_cut_off_is_asked_for_again_in_fewer_words()
    {
        agents.Server.Set("answers", new Behaviour { Fault = Fault.CutOff, Times = 1 });

        var answer = await agents.Answerer().Answer("How much is an ambulance ride?", "en", Found, ModelledAgents.Patience, default);

        Assert.False(answer.Truncated);
        Assert.EndsWith("[1].", answer.Text, StringComparison.Ordinal);
        Assert.Contains("half as many words", agents.Server.RequestsTo("answers")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_answer_that_is_cut_off_again_the_whole_sentences_stay_and_it_is_marked()
    {
        var reply = AnswerReply.Salvage("""{"answered": true, "answer": "A ride costs \"$180\" [1]. By air it is 20\u0025 [1]. And on Sun""");

        Assert.Equal(("A ride costs \"$180\" [1]. By air it is 20% [1]. …", true), (reply!.Answer, reply.IsCut));
        var answer = AnswerReview.Review(reply, "en", "m",
            Found with { Sources = [Sources[0] with { Text = "A ride costs $180. By air it is 20%." }] }, 1_000);
        Assert.True(answer.Truncated);
        Assert.Equal(1, Assert.Single(answer.Citations).Marker);
        Assert.Null(AnswerReply.Salvage("""{"answered": true, "answer": "A ride"""));
        Assert.Null(AnswerReply.Salvage("""{"answered": tr"""));
        Assert.NotNull(AnswerReply.Salvage("""{"answer":"One. Two\u00"""));
    }

    public async Task InitializeAsync() => agents = await ModelledAgents.Start();

    public async Task DisposeAsync() => await agents.DisposeAsync();
}
