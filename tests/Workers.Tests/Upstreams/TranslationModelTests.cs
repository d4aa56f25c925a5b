using Navigator.Upstreams;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>Translators that reply well, late, malformed, not at all, or something else; and several that stand in for each other.</summary>
public sealed class TranslationModelTests : IAsyncLifetime
{
    private ModelledAgents agents = null!;

    [Fact]
    public async Task A_question_is_translated_in_and_an_answer_out_with_everything_that_is_exact_as_it_was()
    {
        var translator = agents.Translator();

        var question = await translator.TranslateIn("¿Cuánto cuesta un viaje en ambulancia con mi plan?", null, ModelledAgents.Patience, default);
        var (text, degraded) = await translator.TranslateOut("With SCAN Classic it is $1,180.50 or 20 % [1][2]; call 1-800-555-0142.", "es",
            ModelledAgents.Patience, default);

        Assert.Equal(("How much does an ambulance ride cost with my plan?", "es", true),
            (question.Question, question.Language, question.IsTranslated));
        Assert.Empty(question.Degraded);
        Assert.Equal("(es) With SCAN Classic it is $1,180.50 or 20 % [1][2]; call 1-800-555-0142.", text);
        Assert.Null(degraded);
        Assert.DoesNotContain("180", agents.Prompt("translations", 1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.BlackHole, "")]
    [InlineData(Fault.Says, "In English: How much?")]
    [InlineData(Fault.Says, """{"translation": ""}""")]
    [InlineData(Fault.Says, """{"translation": "How much is it at number 5?"}""")]
    [InlineData(Fault.Says, """{"translation": "How much is ⟦0⟧ ⟦0⟧?"}""")]
    [InlineData(Fault.Says, """{"text": "How much?"}""")]
    [InlineData(Fault.Refusal, "")]
    [InlineData(Fault.CutOff, "")]
    [InlineData(Fault.Empty, "")]
    [InlineData(Fault.Status, "")]
    public async Task Without_a_translation_that_can_be_used_the_question_stays_as_it_is_and_says_so(Fault fault, string says)
    {
        agents.Server.Set("translations", new Behaviour { Fault = fault, Says = says });
        if (fault == Fault.BlackHole)
            agents.Hurry();

        var question = await agents.Translator().TranslateIn("¿Cuánto cuestan las 20 visitas al médico?", null, ModelledAgents.Patience, default);

        Assert.Equal(("¿Cuánto cuestan las 20 visitas al médico?", "es", false), (question.Question, question.Language, question.IsTranslated));
        Assert.StartsWith("translation: every translator failed (", Assert.Single(question.Degraded), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.BlackHole)]
    [InlineData(Fault.Status)]
    [InlineData(Fault.Empty)]
    public async Task When_one_provider_does_not_help_the_next_does_and_is_asked_first_from_then_on(Fault fault)
    {
        agents.Server.Set("translations", new Behaviour { Fault = fault });
        if (fault == Fault.BlackHole)
            agents.Hurry();
        var translator = agents.Translator(twice: true);

        var first = await translator.TranslateIn("¿Cuánto cuesta un viaje en ambulancia con mi plan?", null, ModelledAgents.Patience, default);
        var before = agents.Server.CallsOf("translations");
        var second = await translator.TranslateIn("¿Cuánto cuesta un viaje en ambulancia con mi plan?", null, ModelledAgents.Patience, default);

        Assert.True(first.IsTranslated);
        Assert.True(second.IsTranslated);
        Assert.Equal((before, 2), (agents.Server.CallsOf("translations"), agents.Server.CallsOf("second_translations")));
    }

    [Fact]
    public async Task A_text_of_5000_characters_is_translated_and_a_longer_one_is_not()
    {
        var translator = agents.Translator();

        var (just, _) = await translator.TranslateOut(new string('a', 4_999) + ".", "es", ModelledAgents.Patience, default);
        var (longer, degraded) = await translator.TranslateOut(new string('a', 5_001), "es", ModelledAgents.Patience, default);

        Assert.NotNull(just);
        Assert.Null(longer);
        Assert.Contains("longer than 5000 characters", degraded, StringComparison.Ordinal);
    }

    public async Task InitializeAsync() => agents = await ModelledAgents.Start();

    public async Task DisposeAsync() => await agents.DisposeAsync();
}
