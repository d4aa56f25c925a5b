using Navigator.Contracts.Http;
using Navigator.Runtime.Tools;
using Navigator.Storage.Passages;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Ingestion.Extraction;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Workers.Tests;

public class JoinedPassagesTests
{
    private static readonly Guid Document = Guid.NewGuid();

    [Fact]
    public void Passages_that_follow_one_another_are_one_text_without_what_they_repeat()
    {
        var sentences = Enumerable.Range(0, 40).Select(i => $"Sentence number {i} says what is covered.").ToList();
        var cut = Chunker.Chunk(new ExtractedText(1, [new TextBlock("Rules", 1, 1), new TextBlock(string.Join(' ', sentences), 0, 1)]), new());
        Assert.True(cut.Count > 2);
        var passages = cut.Select((passage, i) => Cited(i, passage.Page, passage.Text, [.. passage.Headings])).ToList();

        var joined = Assert.Single(JoinedPassages.Of([passages[1], passages[0], .. passages.Skip(2)]));

        Assert.Equal(passages[1], joined.Best);
        Assert.Equal(sentences, joined.Text.Split(['\n', '.'], StringSplitOptions.RemoveEmptyEntries).Select(said => said.Trim() + "."));
        Assert.Equal(passages.Select(cited => cited.Passage.Id), joined.Parts.Select(part => part.PassageId));
    }

    [Fact]
    public void Other_pages_sections_and_documents_and_gaps_are_not_joined()
    {
        var first = Cited(1, 1, "You pay $20.", ["Costs"]);
        CitedPassage[] others =
        [
            Cited(3, 1, "After a gap.", ["Costs"]), Cited(2, 2, "Another page.", ["Costs"]), Cited(2, 1, "Another section.", ["Rules"]),
            Cited(2, 1, "Another document.", ["Costs"], Guid.NewGuid()),
        ];

        Assert.All(others, other => Assert.Equal([first, other], JoinedPassages.Of([first, other]).Select(joined => joined.Best)));
        Assert.Single(JoinedPassages.Of([first, Cited(2, 1, "You pay $40 for two.", ["Costs"])]));
    }

    [Fact]
    public void A_quote_cites_the_passage_in_which_it_begins()
    {
        var (first, second) = (Cited(1, 1, "You pay $20 for a visit.", []), Cited(2, 1, "A ride costs $180.", []));
        var joined = Assert.Single(JoinedPassages.Of([second, first]));
        var source = new Source
        {
            Marker = 1,
            Kind = "document",
            Title = "Policy",
            Text = joined.Text,
            Score = 1,
            PassageId = joined.Best.Passage.Id,
            Parts = joined.Parts,
        };

        Assert.Equal(first.Passage.Id, source.Cite("You pay $20").PassageId);
        Assert.Equal(first.Passage.Id, source.Cite("for a visit.\nA ride").PassageId);
        Assert.Equal(second.Passage.Id, source.Cite("A ride costs $180.").PassageId);
        Assert.Equal(second.Passage.Id, (source with { Parts = [] }).Cite("You pay $20").PassageId);
    }

    private static CitedPassage Cited(int ordinal, int? page, string text, string[] headings, Guid? document = null) =>
        new(new Passage(Guid.NewGuid(), document ?? Document, ordinal, page, headings, text), "Policy");
}
