using Microsoft.Extensions.Options;
using Navigator.Storage.Ledger;
using Navigator.Workers.Answer;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Tools.WebSearch;

namespace Navigator.Workers.Tests;

public class IntakeAndAnswerTests
{
    [Theory]
    [InlineData("  How much?\u200B ", "How much?")]
    [InlineData("a\u0007b\u202Ec\r\n", "abc")]
    [InlineData("line\none\ttwo", "line\none\ttwo")]
    [InlineData("👩‍⚕️ می‌خواهم", "👩‍⚕️ می‌خواهم")]
    public async Task Screening_removes_what_cannot_be_seen_and_keeps_what_can(string question, string expected) =>
        Assert.Equal(expected, (await new Screener().Screen(question, default)).Question);

    [Theory]
    [InlineData("\u200B\u200B", "question_not_readable")]
    [InlineData("\u0007\u202E \n", "question_not_readable")]
    public async Task Screening_refuses_what_holds_no_text(string question, string code) =>
        Assert.Equal(code, (await new Screener().Screen(question, default)).Refusal!.Code);

    [Theory]
    [InlineData("What is the latest news about Medicare?", true, true, true)]
    [InlineData("What is the latest news about Medicare?", true, false, false)]
    [InlineData("What is the latest news about Medicare?", false, true, false)]
    [InlineData("What is my deductible?", true, true, false)]
    public async Task The_web_is_asked_when_the_question_is_current_and_it_is_allowed_and_there_is_one(string question, bool configured, bool allowed, bool asked)
    {
        var planner = new Planner(Options.Create(new WebSearchOptions { ApiKey = configured ? "k" : null }));

        var plan = await planner.Plan(question, "en", new JobOptions(allowed, null), default);

        Assert.Equal([question], plan.DocumentQueries);
        Assert.Equal(asked, plan.WebQueries.Count == 1);
    }

    [Fact]
    public void A_quote_stands_in_its_source_and_holds_what_was_asked()
    {
        var text = string.Join(' ', Enumerable.Range(0, 100).Select(i => i == 70 ? "An ambulance ride costs $180." : $"Sentence {i} is about something else."));

        var quote = Quotes.Best(text, "What does an ambulance ride cost?");

        Assert.Contains(quote, text, StringComparison.Ordinal);
        Assert.Contains("$180", quote, StringComparison.Ordinal);
        Assert.InRange(quote.Length, 1, Quotes.MaxLength);
    }

    [Fact]
    public void A_text_without_sentences_is_quoted_too() =>
        Assert.Equal(Quotes.MaxLength, Quotes.Best(new string('x', 5_000), "x").Length);

    [Fact]
    public async Task Offline_the_answer_quotes_the_source_that_fits_and_says_where_it_stands()
    {
        var answer = await new ExtractiveAnswerer().Answer(
            "What does an ambulance ride cost?", "en",
            [Source(1, "Dental cleanings are free."), Source(2, "An ambulance ride costs $180. Other rides cost nothing.")], TimeSpan.MaxValue, default);

        Assert.Contains("$180", answer.Text, StringComparison.Ordinal);
        Assert.Contains("[2]", answer.Text, StringComparison.Ordinal);
        Assert.Contains("page 7", answer.Text, StringComparison.Ordinal);
        Assert.Equal("offline-extractive", answer.Model);
        Assert.Equal([1, 2], answer.Citations.Select(citation => citation.Marker));
    }

    [Fact]
    public async Task Offline_a_table_is_quoted_by_its_row()
    {
        var answer = await new ExtractiveAnswerer().Answer(
            "What does an ambulance ride cost?", "en", [Source(1, "Service | Cost\nDental cleaning | $0\nAmbulance ride | $180\nLaboratory | $5 of the cost")], TimeSpan.MaxValue, default);

        Assert.Contains("“Ambulance ride | $180”", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Offline_nothing_found_is_said()
    {
        var answer = await new ExtractiveAnswerer().Answer("What does an ambulance ride cost?", "en", [], TimeSpan.MaxValue, default);

        Assert.StartsWith("The documents do not say", answer.Text, StringComparison.Ordinal);
        Assert.Empty(answer.Citations);
    }

    [Fact]
    public void Sources_keep_within_their_budget()
    {
        var sources = Enumerable.Range(0, 10).Select(i => Source(0, new string('x', i == 1 ? 4_000 : 400))).ToList();

        var within = SourceCollector.Within(500, sources);

        Assert.Equal(5, within.Count);
        Assert.Equal([1, 2, 3, 4, 5], within.Select(source => source.Marker));
        Assert.True(within.Sum(source => Tokens.Estimate(source.Text)) <= 500);
        Assert.DoesNotContain(within, source => source.Text.Length == 4_000);
    }

    private static Source Source(int marker, string text) => new() { Marker = marker, Kind = "document", Title = "Policy", Page = 7, Text = text, Score = 1 };
}
