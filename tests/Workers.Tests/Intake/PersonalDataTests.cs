using System.Text.Json;
using Navigator.Contracts.Chat;
using Navigator.Servers;
using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Xunit.Abstractions;

namespace Navigator.Workers.Tests.Intake;

public class PersonalDataTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("My SSN is 460-89-9847.", "My SSN is [social security number].")]
    [InlineData("Card 4111 1111 1111 1111, please", "Card [card number], please")]
    [InlineData("Medicare 1EG4-TE5-MK73 since May", "Medicare [Medicare number] since May")]
    [InlineData("call me at (503) 555-0142 or 503-555-0142", "call me at [phone number] or [phone number]")]
    [InlineData("My number is +44 7700 900123.", "My number is [phone number].")]
    [InlineData("write to jo.doe+x@mail.example.org!", "write to [mail address]!")]
    [InlineData("I was born on March 3, 1950 in Salem", "I was born on [date of birth] in Salem")]
    [InlineData("DOB: 3/3/1950", "DOB: [date of birth]")]
    [InlineData("I live at 1420 NW Lovejoy Street, Apt 5.", "I live at [address].")]
    [InlineData("Send it to P.O. Box 4120", "Send it to [address]")]
    [InlineData("My wife lives on Calle Mayor 5 in Madrid", "My wife lives on [address]")]
    [InlineData("Our home is 19902 Dobrovského 1394 Apt. 066", "Our home is [address]")]
    [InlineData("Is 12 main street, apt 4, Springfield, IL 62704 in the area?", "Is [address] in the area?")]
    [InlineData("I was born on the 7th of July 1961", "I was born on the [date of birth]")]
    [InlineData("my date of birth is 1961-07-07", "my date of birth is [date of birth]")]
    [InlineData("birthday 07/07/61, and hers?", "birthday [date of birth], and hers?")]
    public void What_tells_who_somebody_is_is_replaced(string text, string redacted) => Assert.Equal(redacted, PersonalData.Redact(text));

    [Theory]
    [InlineData("How much is a $1,234.56 bill after the $500 deductible?")]
    [InlineData("What changed on 1/1/2026 in form 1040-ES?")]
    [InlineData("Is 4111 1111 1111 1112 a claim number?")]
    [InlineData("Was 666-12-3456 ever issued?")]
    [InlineData("Section 12.3.4 on page 117 of 232")]
    [InlineData("Does the plan cover 20 visits in 12 months?")]
    [InlineData("I was born in Oregon.")]
    [InlineData("What are the 2026 Medicare Part B premiums?")]
    [InlineData("Does the plan pay 80 percent after 12 March 2025?")]
    [InlineData("How many days are covered in a hospital stay of 100 days in 2026?")]
    [InlineData("Is Tier 2 or Tier 3 cheaper, and is there a way to pay 90 days at once?")]
    [InlineData("What does Form 1095 say about my address?")]
    public void What_does_not_is_left_alone(string text) => Assert.Equal(text, PersonalData.Redact(text));

    [Fact]
    public void Places_are_in_order_and_do_not_overlap()
    {
        var text = "Jo, 460-89-9847, jo@example.org, born 3/3/1950, 1 Main Street, call 503-555-0142, card 4111111111111111";
        var found = PersonalData.Find(text);

        Assert.Equal(6, found.Count);
        Assert.All(found.Zip(found.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
    }

    /// <summary>../shared/data/pii: 750 made-up sentences. What each kind finds, and how much of what it finds is of that kind.</summary>
    [CorpusFact("pii/synthetic_pii.json")]
    public void Recall_on_the_corpus()
    {
        var kinds = new (PersonalKind Kind, string Entity, double Recall)[]
        {
            (PersonalKind.SocialSecurityNumber, "US_SSN", 0.9),
            (PersonalKind.CardNumber, "CREDIT_CARD", 0.9),
            (PersonalKind.PhoneNumber, "PHONE_NUMBER", 0.9),
            (PersonalKind.MailAddress, "EMAIL_ADDRESS", 0.9),
            (PersonalKind.StreetAddress, "STREET_ADDRESS", 0.9),
        };
        using var corpus = JsonDocument.Parse(File.ReadAllBytes(Corpora.Get("pii/synthetic_pii.json")));
        foreach (var (kind, entity, recall) in kinds)
        {
            var (wanted, hit, right, found, missed) = (0, 0, 0, 0, new List<string>());
            foreach (var sentence in corpus.RootElement.EnumerateArray())
            {
                var text = sentence.GetProperty("full_text").GetString()!;
                var spans = sentence.GetProperty("spans").EnumerateArray().Where(span => span.GetProperty("entity_type").GetString() == entity)
                    .Select(span => (Start: span.GetProperty("start_position").GetInt32(), End: span.GetProperty("end_position").GetInt32()))
                    .ToList();
                var all = PersonalData.Find(text);
                var own = all.Where(datum => datum.Kind == kind).ToList();
                wanted += spans.Count;
                // Recognised as something else it is kept back all the same.
                hit += spans.Count(span => all.Any(datum => datum.Start <= span.Start + 1 && datum.End >= span.End - 1));
                missed.AddRange(spans.Where(span => !all.Any(datum => datum.Start <= span.Start + 1 && datum.End >= span.End - 1))
                    .Select(span => text[span.Start..span.End]));
                found += own.Count;
                right += own.Count(datum => spans.Any(span => span.Start < datum.End && datum.Start < span.End));
            }
            output.WriteLine($"{entity}: recall {(double)hit / wanted:0.00} of {wanted}, precision {(double)right / Math.Max(1, found):0.00}; "
                + $"missed {string.Join(" | ", missed.Take(12))}");
            Assert.True(hit >= recall * wanted, $"{entity}: {hit} of {wanted}; missed {string.Join(" | ", missed)}");
        }
    }

    /// <summary>Whatever a planner makes of them: as they are, in other words around them, without their separators.</summary>
    [CorpusFact("pii/synthetic_pii.json")]
    public void Nothing_recognised_in_the_corpus_leaves_in_a_web_query()
    {
        using var corpus = JsonDocument.Parse(File.ReadAllBytes(Corpora.Get("pii/synthetic_pii.json")));
        var held = 0;
        foreach (var sentence in corpus.RootElement.EnumerateArray())
        {
            var text = $"Any news? {sentence.GetProperty("full_text").GetString()}";
            var values = PersonalData.Find(text).Select(datum => text.Substring(datum.Start, datum.Length)).ToList();
            var request = new PlanningRequest(text, null, "en", [.. Shipped.Tools], []);
            string[] queries = [text, $"search the web for {text}", text.Replace("-", "", StringComparison.Ordinal)
                .Replace(" ", "", StringComparison.Ordinal), .. values.Select(value => $"who is {value.ToUpperInvariant()}")];

            var plans = queries
                .Select(query => request.Plan("m", text, tool => tool.Name == Tool.WebSearch ? [query] : [text], []))
                .Append(RulePlanner.Plan(request));

            foreach (var query in plans.SelectMany(plan => plan.First.Of(Tool.WebSearch).Concat(plan.Second?.Of(Tool.WebSearch) ?? [])))
                Assert.All(values.Where(value => value.Count(char.IsLetterOrDigit) >= 5),
                    value => Assert.DoesNotContain(Bare(value), Bare(query), StringComparison.Ordinal));
            held += values.Count;
        }
        output.WriteLine($"{held} values held back");
        Assert.True(held > 300);

        static string Bare(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
    }
}
