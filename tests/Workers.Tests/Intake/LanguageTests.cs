using Navigator.Servers;
using Navigator.Workers.Intake.Translation;
using Xunit.Abstractions;

namespace Navigator.Workers.Tests.Intake;

public class LanguageTests(ITestOutputHelper output)
{
    [Fact]
    public void At_least_ninety_five_of_a_hundred_sentences_are_recognised_in_every_language()
    {
        var sentences = File.ReadAllLines(Path.Combine(ServerSet.Root, "tests", "Workers.Tests", "Intake", "languages.tsv"))
            .Select(line => line.Split('\t')).ToList();
        Assert.Equal(12, sentences.Select(sentence => sentence[0]).Distinct().Count());

        var wrong = sentences.Where(sentence => LanguageDetector.Of(sentence[1]) != sentence[0]).ToList();

        foreach (var sentence in wrong)
            output.WriteLine($"{sentence[0]} taken for {LanguageDetector.Of(sentence[1])}: {sentence[1]}");
        Assert.InRange(wrong.Count, 0, sentences.Count / 20);
        // And no language is left to the others' average.
        Assert.All(sentences.GroupBy(sentence => sentence[0]), group => Assert.InRange(wrong.Count(sentence => sentence[0] == group.Key), 0, 1));
    }

    /// <summary>What a short question may cost is silence, never another language: a translation from the wrong one loses the question.</summary>
    [Fact]
    public void Of_a_hundred_questions_of_up_to_six_words_at_most_five_stay_undetermined_and_none_is_taken_for_another_language()
    {
        var questions = File.ReadAllLines(Path.Combine(ServerSet.Root, "tests", "Workers.Tests", "Intake", "short-questions.tsv"))
            .Select(line => line.Split('\t')).ToList();
        Assert.Equal((100, 12), (questions.Count, questions.Select(question => question[0]).Distinct().Count()));
        Assert.All(questions, question => Assert.InRange(question[1].Split(' ').Length, 1, 6));

        var missed = questions.Select(question => (Spoken: question[0], Told: LanguageDetector.Of(question[1]), Text: question[1]))
            .Where(question => question.Told != question.Spoken).ToList();

        foreach (var (spoken, told, text) in missed)
            output.WriteLine($"{spoken} taken for {told}: {text}");
        Assert.InRange(missed.Count, 0, 5);
        Assert.All(missed, question => Assert.Equal(LanguageDetector.Undetermined, question.Told));
    }

    [Theory]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("$1,234.56 ???")]
    [InlineData("canary")]
    [InlineData("ambulance copay")]
    [InlineData("救急車の費用はいくらですか")]
    [InlineData("Скільки коштує поїздка на швидкій допомозі?")]
    [InlineData("هزینه آمبولانس چقدر است؟ گران")]
    public void What_cannot_be_told_or_is_not_known_is_undetermined(string text) => Assert.Equal("und", LanguageDetector.Of(text));

    [Fact]
    public void What_is_no_valid_unicode_is_told_too() =>
        Assert.Equal("en", LanguageDetector.Of($"What is {(char)0xD83D} covered by {(char)0xFFFE} the plan?"));

    [Theory]
    [InlineData("What is covered, 4de1a3-de2f-da9e-e1b0-a2de4c81e0da?")]
    [InlineData("Is claim 00de-17-la33-el2a paid?")]
    public void Numbers_of_things_do_not_decide(string question) => Assert.Equal("en", LanguageDetector.Of(question));

    [Fact]
    public void Names_in_another_script_do_not_decide()
    {
        Assert.Equal("zh", LanguageDetector.Of("Medicare Advantage 包括牙科吗？我想知道费用。"));
        Assert.Equal("en", LanguageDetector.Of("What does the policy of Mr. José Núñez say about the dentist?"));
    }
}
