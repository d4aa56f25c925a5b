using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Navigator.Servers;
using Navigator.Storage.Documents;
using Navigator.Text;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Workers.Tests.Ingestion;

public class ChunkerTests
{
    private static readonly IngestionOptions Options = new();

    [Fact]
    public void A_passage_knows_its_headings_and_its_page()
    {
        var passages = Chunk(
            new TextBlock("Costs", 1, 4), new TextBlock("Ambulance", 2, 4), new TextBlock("You pay $180.", 0, 4),
            new TextBlock("Hospital", 2, 5), new TextBlock("You pay $100 a day.", 0, 5));

        Assert.Equal(2, passages.Count);
        Assert.Equal(["Costs", "Ambulance"], passages[0].Headings);
        Assert.Equal((4, "You pay $180."), (passages[0].Page, passages[0].Text));
        Assert.Equal(["Costs", "Hospital"], passages[1].Headings);
        Assert.Equal("Costs\nHospital\nYou pay $100 a day.", passages[1].Searchable());
    }

    [Fact]
    public void A_passage_stays_on_its_page()
    {
        var passages = Chunk(new TextBlock("First.", 0, 1), new TextBlock("Second.", 0, 2));

        Assert.Equal([(1, "First."), (2, "Second.")], passages.Select(passage => (passage.Page!.Value, passage.Text)));
    }

    [Fact]
    public void A_short_text_without_headings_is_one_passage()
    {
        var paragraphs = Enumerable.Range(0, 6).Select(i => new TextBlock(string.Concat(Enumerable.Repeat($"This is paragraph {i}. ", 15)))).ToList();
        TextBlock[] onTwoPages = [.. paragraphs.Select((block, i) => block with { Page = 1 + i / 3 })];

        var passage = Assert.Single(Chunk([.. paragraphs]));

        Assert.Equal(string.Join('\n', paragraphs.Select(block => block.Text)), passage.Text);
        Assert.True(Tokens.Estimate(passage.Text) > Options.PassageTokens * 5 / 4);
        Assert.True(Chunk([new TextBlock("Rules", 1), .. paragraphs]).Count > 1);
        Assert.True(Chunk(onTwoPages).Count > 2);
        Assert.True(Chunk([.. paragraphs, .. paragraphs]).Count > 1);
        Assert.True(Chunker.Chunk(new ExtractedText(null, paragraphs), Options with { WholeTextTokens = 0 }).Count > 1);
    }

    [Fact]
    public void Table_rows_are_not_torn_apart()
    {
        var rows = Enumerable.Range(0, 60).Select(i => $"Service number {i} | you pay {i} dollars each time that you use it").ToList();

        var passages = Chunk([.. rows.Select(row => new TextBlock(row))]);

        Assert.True(passages.Count > 1);
        Assert.All(passages.SelectMany(passage => passage.Text.Split('\n')), line => Assert.Contains(line, rows));
    }

    [Theory]
    [InlineData("Service | In network | Out of network", "${0} | ${0}5", true)]
    [InlineData("| In network | Out of network", "${0} | ${0}5", true)]
    [InlineData("Service | Cost", "${0} for each visit that you make", true)]
    [InlineData("Service | What you must pay when you get these services", "${0} for each visit", false)]
    [InlineData("Service | Tier 1 | 2027", "${0} | ${0}5", true)]
    [InlineData("Service | Cost", "${0} | ${0}5", false)]
    public void Where_a_table_goes_on_the_next_passage_repeats_its_headings(string headings, string cells, bool repeated)
    {
        var rows = Enumerable.Range(10, 60).Select(i => $"Service {i} | {string.Format(CultureInfo.InvariantCulture, cells, i)}").ToList();

        var paragraph = new TextBlock(string.Concat(Enumerable.Repeat("This is a sentence of a paragraph after the table. ", 30)));

        var passages = Chunk([new TextBlock(headings, Columns: headings), .. rows.Select(row => new TextBlock(row, Columns: headings)), paragraph]);

        var table = passages.Where(passage => passage.Text.Split('\n').Any(rows.Contains)).ToList();
        Assert.True(table.Count > 1);
        Assert.StartsWith(headings, table[0].Text, StringComparison.Ordinal);
        Assert.All(table.Skip(1), passage => Assert.Equal(repeated ? 1 : 0, passage.Text.Split('\n').Count(line => line == headings)));
        Assert.All(table.Skip(1), passage => Assert.Equal(repeated, passage.Text.StartsWith(headings, StringComparison.Ordinal)));
        Assert.True(passages.Count > table.Count);
        Assert.DoesNotContain(headings, passages[^1].Text, StringComparison.Ordinal);
        Assert.All(rows, row => Assert.Contains(passages, passage => passage.Text.Contains(row, StringComparison.Ordinal)));
    }

    [Fact]
    public void Where_a_section_goes_on_the_next_passage_repeats_the_end_of_the_one_before()
    {
        var sentences = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"This is sentence number {i} of a long paragraph."));

        var passages = Chunk(new TextBlock(sentences));

        Assert.True(passages.Count > 5);
        foreach (var (before, after) in passages.Zip(passages.Skip(1)))
            Assert.EndsWith(after.Text.Split('\n')[0], before.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_heading_without_text_is_found_all_the_same()
    {
        var passages = Chunk(new TextBlock("Contents", 1), new TextBlock("Dental care", 2), new TextBlock("Vision", 2));

        Assert.Equal(["Dental care", "Vision"], passages.Select(passage => passage.Text));
    }

    [Fact]
    public void Whatever_the_text_no_word_is_lost_and_no_passage_is_much_too_long() =>
        Prop.ForAll(Seeds.All, seed =>
        {
            var random = new Random(seed);
            var blocks = Enumerable.Range(0, random.Next(1, 30)).Select(i => Block(random, i)).ToArray();

            var passages = Chunk(blocks);

            var all = string.Join(' ', passages.Select(passage => passage.Searchable()));
            var whole = all.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
            Assert.All(blocks.SelectMany(block => block.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Distinct()
                .Where(word => word.Length < 50 && !whole.Contains(word)),
                word => Assert.Contains(word, all, StringComparison.Ordinal));
            Assert.All(passages, passage => Assert.False(string.IsNullOrWhiteSpace(passage.Text)));
            // A short text without headings is one passage. Line breaks between blocks count too.
            var isWhole = passages.Count == 1 && blocks.All(block => block.HeadingLevel == 0);
            var most = isWhole ? Options.WholeTextTokens + blocks.Length : Options.PassageTokens * 3 / 2 + Options.OverlapTokens;
            Assert.All(passages, passage => Assert.InRange(Tokens.Estimate(passage.Text), 0, most));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Lane.IsQuick ? 50 : 500).WithParallelRunConfig(Seeds.OnAllProcessors));

    private static TextBlock Block(Random random, int i)
    {
        if (random.Next(5) == 0)
            return new TextBlock($"Heading{i}", random.Next(1, 5), i / 4);
        var words = Enumerable.Range(0, random.Next(1, 400)).Select(word => random.Next(40) switch
        {
            0 => new string('x', random.Next(1, 3_000)),
            1 => "多少钱多少钱",
            2 => "👩‍⚕️",
            3 => "end.",
            4 => "row | cell",
            _ => $"w{i}_{word}",
        });
        return new TextBlock(string.Join(random.Next(10) == 0 ? "\n" : " ", words), 0, i / 4);
    }

    private static IReadOnlyList<NewPassage> Chunk(params TextBlock[] blocks) => Chunker.Chunk(new ExtractedText(null, blocks), Options);
}
