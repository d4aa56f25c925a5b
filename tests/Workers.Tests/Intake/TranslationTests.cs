using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Tests.Intake;

public class TranslationTests
{
    [Theory]
    [InlineData("You pay $1,180.50 or 20 % [1][2].", "You pay ⟦0⟧ or ⟦1⟧ ⟦2⟧.")]
    [InlineData("Call 1-800-555-0142 or jo@example.org, see https://example.org/a?b=1", "Call ⟦0⟧ or ⟦1⟧, see ⟦2⟧")]
    [InlineData("On 12/31/2026 the PPO and HMO-POS plans end.", "On ⟦0⟧ the ⟦1⟧ and ⟦2⟧ plans end.")]
    [InlineData("Ask Kaiser Permanente and Dr. Jane Doe about it", "Ask ⟦0⟧ and Dr. Jane Doe about it")]
    [InlineData("WHAT DOES AN AMBULANCE COST", "WHAT DOES AN AMBULANCE COST")]
    [InlineData("Keep ⟦ this ⟧", "Keep ⟦0⟧ this ⟦1⟧")]
    [InlineData("No numbers here", "No numbers here")]
    public void What_is_exact_is_put_aside_and_comes_back_as_it_was(string text, string masked)
    {
        var kept = PlaceholderMask.In(text, "en");

        Assert.Equal(masked, kept.Masked);
        Assert.Equal(text, kept.PutBack(kept.Masked));
        Assert.Equal(text, kept.PutBack(kept.Masked.Replace("⟦0⟧", "⟦ 0 ⟧", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Cuesta ⟦0⟧")]
    [InlineData("⟦0⟧ ⟦1⟧ ⟦1⟧")]
    [InlineData("⟦0⟧ ⟦1⟧ ⟦2⟧")]
    public void A_translation_that_lost_doubled_or_invented_one_is_none(string translated) =>
        Assert.Null(PlaceholderMask.In("It costs $20 or 5%.", "en").PutBack(translated));

    [Fact]
    public void The_words_of_a_translation_may_come_in_another_order() =>
        Assert.Equal("5% oder $20 kostet es.", PlaceholderMask.In("It costs $20 or 5%.", "en").PutBack("⟦1⟧ oder ⟦0⟧ kostet es."));

    [Fact]
    public void The_provider_that_answers_is_asked_first_the_cheaper_among_equals_and_one_whose_circuit_is_open_last()
    {
        var scores = new ProviderScores([3, 1, 0.5]);
        var open = new HashSet<int>();
        Assert.Equal([2, 1, 0], Order());

        scores.Report(2, good: false);
        Assert.Equal([1, 0, 2], Order());
        scores.Report(1, good: false);
        scores.Report(1, good: false);
        Assert.Equal([0, 2, 1], Order());

        open.Add(0);
        Assert.Equal([2, 1, 0], Order());
        open.Clear();
        for (var i = 0; i < 10; i++)
            scores.Report(2, good: true);
        Assert.Equal(2, Order()[0]);

        IReadOnlyList<int> Order() => scores.Order(i => !open.Contains(i));
    }

    [Fact]
    public async Task Without_a_translator_a_foreign_question_stays_and_says_so()
    {
        var translator = new Translator(Policies.Live());

        var spanish = await translator.TranslateIn("¿Cuánto cuesta un viaje en ambulancia?", null, TimeSpan.FromSeconds(1), default);
        var said = await translator.TranslateIn("ambulance", "vi", TimeSpan.FromSeconds(1), default);
        var english = await translator.TranslateIn("What does an ambulance cost?", null, TimeSpan.FromSeconds(1), default);

        Assert.Equal(("es", false, 1), (spanish.Language, spanish.IsTranslated, spanish.Degraded.Count));
        Assert.Equal(("vi", 1), (said.Language, said.Degraded.Count));
        Assert.Equal(("en", 0), (english.Language, english.Degraded.Count));
    }
}
