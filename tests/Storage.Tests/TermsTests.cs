using Navigator.Text;

namespace Navigator.Storage.Tests;

public class TermsTests
{
    [Theory]
    [InlineData("visit", "visits")]
    [InlineData("cover", "covered")]
    [InlineData("cover", "Covering")]
    [InlineData("policy", "policies")]
    [InlineData("stop", "stopped")]
    [InlineData("copayment", "Copayments")]
    [InlineData("service", "services")]
    [InlineData("Café", "cafe")]
    [InlineData("1500", "$1,500")]
    [InlineData("five", "5")]
    [InlineData("ﬁle", "file")]
    [InlineData("plan's", "plans")]
    public void Forms_of_one_word_are_one_term(string one, string other) => Assert.Equal(Terms.Of(one), Terms.Of(other));

    [Theory]
    [InlineData("policy", "police")]
    [InlineData("bus", "bu")]
    [InlineData("ring", "r")]
    [InlineData("need", "ne")]
    public void Different_words_stay_apart(string one, string other) => Assert.NotEqual(Terms.Of(one), Terms.Of(other));

    [Fact]
    public void A_telephone_number_is_its_groups() => Assert.Equal(["1", "800", "559", "3500"], Terms.Of("1-800-559-3500"));

    [Fact]
    public void Scripts_without_spaces_are_pairs_of_characters() => Assert.Equal(["救护", "护车", "费用"], Terms.Of("救护车 费用"));

    [Theory]
    [InlineData("")]
    [InlineData("   \t\n")]
    [InlineData("the of and")]
    [InlineData("\ud800 \udfff")]
    [InlineData("!?…—")]
    public void Nothing_to_search_for_is_no_term(string text) => Assert.Empty(Terms.Of(text));

    [Fact]
    public void A_word_without_end_is_cut() => Assert.All(Terms.Of(new string('x', 1_000)), term => Assert.InRange(term.Length, 1, 40));
}
