using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Workers.Intake.Planning;

namespace Navigator.Workers.Tests.Intake;

/// <summary>The rule form of planning.</summary>
public class PlanningTests
{
    [Theory]
    [InlineData("What is the latest news about Medicare?", true, true)]
    [InlineData("What is the latest news about Medicare?", false, false)]
    [InlineData("What is my deductible?", true, false)]
    public void The_web_is_asked_when_the_question_is_current_and_it_may_be(string question, bool web, bool asked)
    {
        var plan = RulePlanner.Plan(PlanningRequest(question) with { Tools = web ? [.. Shipped.Tools] : Shipped.WithoutWeb });

        Assert.Equal((JobPlan.Rules, question), (plan.By, plan.Question));
        Assert.Equal([question], plan.First.Of(Tool.Documents));
        Assert.Equal(asked, plan.First.Of(Tool.WebSearch).Count == 1);
        // What the first wave did not ask, a second may; what is not allowed, none.
        Assert.Equal(web && !asked, plan.Second?.Of(Tool.WebSearch).Count > 0);
    }

    [Theory]
    [InlineData("And for my family?", true)]
    [InlineData("What about it?", true)]
    [InlineData("Is that the same for dental?", true)]
    [InlineData("Dental?", true)]
    [InlineData("How much?", true)]
    [InlineData("How much does an ambulance ride cost?", false)]
    [InlineData("What is my copay?", false)]
    [InlineData("Is there a doctor that speaks Spanish?", false)]
    [InlineData("How much is that?", true)]
    public void A_question_that_leans_on_the_one_before_takes_it_along(string question, bool leans)
    {
        var plan = RulePlanner.Plan(PlanningRequest(question) with { Turns = [new ConversationTurn("What is my deductible?", "It is $500.")] });

        Assert.Equal(leans, plan.Question.Contains("What is my deductible?", StringComparison.Ordinal));
        Assert.Equal(plan.Question, plan.First.Of(Tool.Documents)[0]);
        Assert.Equal(question, RulePlanner.Plan(PlanningRequest(question)).Question);
    }

    [Fact]
    public void What_people_call_by_other_names_is_looked_for_in_the_words_of_policies_too()
    {
        var plan = RulePlanner.Plan(PlanningRequest("What do I pay for the ER and for meds?") with { Tools = Shipped.WithoutWeb });

        Assert.Equal(["What do I pay for the ER and for meds?", "emergency care prescription drugs"], plan.First.Of(Tool.Documents));
        Assert.Null(plan.Second);
        Assert.Equal(["Zebra stripes?"], RulePlanner.Plan(PlanningRequest("Zebra stripes?")).First.Of(Tool.Documents));
    }

    [Fact]
    public void A_question_that_was_translated_is_looked_for_in_its_own_words_where_the_translation_finds_nothing()
    {
        var plan = RulePlanner.Plan(new PlanningRequest("How much is an ambulance?", "¿Cuánto cuesta una ambulancia?", "es", Shipped.WithoutWeb, []));

        Assert.Equal(["How much is an ambulance?", "ambulance services"], plan.First.Of(Tool.Documents));
        Assert.Equal(["How much is an ambulance?", "¿Cuánto cuesta una ambulancia?"], plan.Second!.Of(Tool.Documents));
        Assert.Equal(("es", true), (plan.Language, plan.Translated));
    }

    [Theory]
    [InlineData("Hi", "en")]
    [InlineData("Good morning!", "en")]
    [InlineData("Thank you very much.", "en")]
    [InlineData("¡Hola, buenos días!", "es")]
    [InlineData("Merci beaucoup", "fr")]
    [InlineData("Guten Tag", "de")]
    [InlineData("Obrigada!", "pt")]
    [InlineData("Buongiorno", "it")]
    [InlineData("Xin chào", "vi")]
    [InlineData("Maraming salamat po", "tl")]
    [InlineData("Спасибо большое", "ru")]
    [InlineData("شكرا جزيلا", "ar")]
    [InlineData("你好！", "zh")]
    [InlineData("안녕하세요", "ko")]
    public void Small_talk_is_told_and_answered_in_its_language(string text, string language)
    {
        Assert.Equal(language, SmallTalk.LanguageOf(text));
        var answer = SmallTalk.Reply(language);
        Assert.Equal((language, 0), (answer.Language, answer.Citations.Count));
        Assert.True(answer.Text.Length > 20);
    }

    [Theory]
    [InlineData("Hi, what is my deductible?")]
    [InlineData("Is a good night's sleep covered?")]
    [InlineData("you")]
    [InlineData("day")]
    [InlineData("")]
    [InlineData("???")]
    [InlineData("Good")]
    public void A_question_is_no_small_talk(string text) => Assert.Null(SmallTalk.LanguageOf(text));

    private static PlanningRequest PlanningRequest(string question) => new(question, null, "en", [.. Shipped.Tools], []);
}
