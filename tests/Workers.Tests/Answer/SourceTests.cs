using Navigator.Runtime.Tools;
using Navigator.Text;
using Navigator.Workers.Answer;

namespace Navigator.Workers.Tests.Answer;

public class SourceTests
{
    [Fact]
    public void A_quote_stands_in_its_source_and_holds_what_was_asked()
    {
        var text = string.Join(' ', Enumerable.Range(0, 100)
            .Select(i => i == 70 ? "An ambulance ride costs $180." : $"Sentence {i} is about something else."));

        var quote = Quotes.Best(text, "What does an ambulance ride cost?");

        Assert.Contains(quote, text, StringComparison.Ordinal);
        Assert.Contains("$180", quote, StringComparison.Ordinal);
        Assert.InRange(quote.Length, 1, Quotes.MaxLength);
    }

    [Fact]
    public void A_text_without_sentences_is_quoted_too() =>
        Assert.Equal(Quotes.MaxLength, Quotes.Best(new string('x', 5_000), "x").Length);

    [Theory]
    [InlineData("the  “plan” pays — always", "the \"plan\" pays - always")]
    [InlineData("A\nrow | $5", "a row | $5")]
    [InlineData("It pays a lot.", "It pays … a lot")]
    [InlineData("Under <b>", "under ‹b›")]
    [InlineData("\uF0B7 Copay \uF0B7 $20", "Copay $20")]
    public void A_quote_is_found_where_only_signs_and_white_space_differ(string text, string quote)
    {
        var found = Quotes.Find($"Before. {text} After.", quote);

        Assert.NotNull(found);
        Assert.Contains(found, $"Before. {text} After.", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("It costs $18.")]
    [InlineData("It costs $180.5")]
    [InlineData("t costs $180")]
    [InlineData("")]
    [InlineData("…")]
    [InlineData(".")]
    public void A_quote_that_stands_nowhere_is_none(string quote) => Assert.Null(Quotes.Find("It costs $180.", quote));

    [Fact]
    public void What_is_worth_most_together_is_chosen_and_not_what_comes_first()
    {
        // The best alone fills the budget; the two behind it are worth more together.
        var sources = new[] { Source("a", 1_200, 0.9), Source("b", 600, 0.6), Source("c", 600, 0.5) };

        var chosen = SourceBudget.Within(320, sources);

        Assert.Equal([0.6, 0.5], chosen.Select(source => source.Score));
        Assert.Equal([1, 2], chosen.Select(source => source.Marker));
        Assert.Equal([0.9, 0.6, 0.5], SourceBudget.Within(10_000, sources.Reverse()).Select(source => source.Score));
    }

    [Fact]
    public void The_budget_is_kept_whatever_there_is()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var sources = Enumerable.Range(0, random.Next(1, 14)).Select(i => Source($"w{i}x", random.Next(20, 4_000), random.NextDouble())).ToList();
            var budget = random.Next(50, 2_000);

            var chosen = SourceBudget.Within(budget, sources);

            Assert.True(chosen.Sum(source => Tokens.Estimate(source.SanitizedText)) <= budget);
            Assert.NotEmpty(chosen);
            Assert.Equal(chosen.Select(source => source.Score), chosen.Select(source => source.Score).OrderDescending());
        }
    }

    [Fact]
    public void What_says_the_same_once_more_takes_no_room()
    {
        var sources = new[] { Source("a", 100, 0.9), Source("a", 100, 0.8), Source("b", 100, 0.2) };

        Assert.Equal([0.9, 0.2], SourceBudget.Within(1_000, sources).Select(source => source.Score));
    }

    [Fact]
    public void Confidence_is_the_probability_less_the_share_of_citations_that_did_not_hold()
    {
        var source = Source("a", 10, 0.8);

        Assert.Equal(0, Confidence.Of(0.9, [], 0));
        Assert.Equal(0.8, Confidence.Of(0.8, [source], 0));
        Assert.Equal(0.4, Confidence.Of(0.8, [source], 1));
        Assert.InRange(Confidence.Of(7, [source], 0), 0, 1);
    }

    [Theory]
    [InlineData("Should I take ibuprofen or surgery?", "The plan covers both [1].", true)]
    [InlineData("Do I have diabetes?", "The documents do not say.", true)]
    [InlineData("What dose should I use?", "Ask your doctor [1].", false)]
    [InlineData("How much do I pay for surgery?", "It is $500 [1].", false)]
    public void Whoever_asks_for_medical_advice_is_shown_to_a_professional(string question, string answer, bool pointed) =>
        Assert.Equal(pointed, MedicalAdvice.Point(question, answer).Contains("doctor or pharmacist", StringComparison.Ordinal));

    private static Source Source(string word, int length, double score) => new()
    {
        Marker = 0,
        Kind = "document",
        Title = "Policy",
        Score = score,
        Text = string.Join(' ', Enumerable.Range(0, length / (word.Length + 4) + 1).Select(i => $"{word}{i:000}")),
    };
}
