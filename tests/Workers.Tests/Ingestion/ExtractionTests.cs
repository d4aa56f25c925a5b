using System.Text;
using Navigator.Text;
using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Workers.Tests.Ingestion;

public class ExtractionTests
{
    [Fact]
    public void Columns_side_by_side_are_read_one_after_the_other()
    {
        const string Page =
            """
             Services that are covered for you                     What you must pay

             Ambulance services                                    $180 copayment for each
             Covered ambulance services include ground and         one-way trip.
             air ambulance to the nearest hospital.

             Chiropractic services                                 $10 copayment for each
             Manual manipulation of the spine, up to 30            visit.
             visits a year.

            """;

        var blocks = PageLayout.Read([Page]).Blocks;

        Assert.Contains(blocks, block => block.Text ==
            "Ambulance services | $180 copayment for each one-way trip.\nCovered ambulance services include ground and air ambulance to the nearest "
                + "hospital.");
        Assert.Contains(blocks, block => block.Text.StartsWith("Chiropractic services | $10 copayment for each visit.\n", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_that_runs_across_the_page_is_not_torn_where_others_have_a_column()
    {
        const string Page =
            """
            Section 1.1                                        Types of costs that you may pay

            Section 1.2                                        The most that you will ever pay

            Section 1.3                                        Where you can look up what you paid

            For medical services there is a limit. In this plan it is $1,500 for the whole calendar year.
            """;

        var blocks = PageLayout.Read([Page]).Blocks;

        Assert.Equal("For medical services there is a limit. In this plan it is $1,500 for the whole calendar year.", blocks[^1].Text);
        Assert.Equal("Section 1.2 The most that you will ever pay", blocks[1].Text);
    }

    [Fact]
    public void Headings_are_told_from_text_and_have_their_levels()
    {
        const string Page =
            """
            CHAPTER 4: Medical benefits

            SECTION 2 What you pay

            Section 2.1 Deductible

            Ambulance services

            The deductible is $750. It is
            the same for everybody.

            Remember:
            """;

        var blocks = PageLayout.Read([Page]).Blocks;

        Assert.Equal([1, 2, 3, 4, 0, 0], blocks.Select(block => block.HeadingLevel));
        Assert.Equal("The deductible is $750. It is the same for everybody.", blocks[4].Text);
    }

    [Fact]
    public void Running_headers_and_tables_of_contents_are_left_out()
    {
        string[] news = ["apples", "bread", "cheese", "dates", "eggs", "figs"];
        var pages = news.Select((word, i) =>
            $"2025 Evidence of Coverage   {i}\n\nSection 1.{i} Getting started .............. {i}\n\nThis page is about {word}.\n").ToList();

        var blocks = PageLayout.Read(pages).Blocks;

        Assert.Equal(news.Select((word, i) => ((int?)i + 1, $"This page is about {word}.")), blocks.Select(block => (block.Page, block.Text)));
    }

    [Fact]
    public async Task Html_is_read_as_a_person_sees_it()
    {
        const string Html =
            """
            <html><head><title>Not shown</title><style>p { color: red }</style></head><body>
            <nav>Home | About</nav><h1>Policy</h1><p>The deductible is <b>$750</b>&nbsp;a year.</p>
            <script>alert("never")</script><div hidden>invisible</div>
            <h2>Costs</h2><table><tr><th>Service</th><th>Cost</th></tr><tr><td>Ambulance</td><td>$180</td></tr></table>
            <ul><li>One</li><li>Two</li></ul></body></html>
            """;

        var blocks = (await HtmlText.Read(Html, default)).Blocks;

        Assert.Equal(
            [(1, "Policy"), (0, "The deductible is $750 a year."), (2, "Costs"), (0, "Service | Cost"), (0, "Ambulance | $180"), (0, "One"),
                (0, "Two")],
            blocks.Select(block => (block.HeadingLevel, block.Text)));
    }

    [Fact]
    public async Task An_empty_cell_keeps_its_place_in_a_table_with_headings()
    {
        const string Html =
            "<table><tr><td></td><th>In network</th><th>Out of network</th></tr><tr><td>Laboratory</td><td></td><td>$40</td></tr></table>"
            + "<table><tr><td></td><td>Laid out</td><td></td><td>by cells</td></tr></table>";

        Assert.Equal(
            ["| In network | Out of network", "Laboratory | | $40", "Laid out | by cells"],
            (await HtmlText.Read(Html, default)).Blocks.Select(block => block.Text));
        Assert.Equal(
            ["| In network | Out of network", "| In network | Out of network", null],
            (await HtmlText.Read(Html, default)).Blocks.Select(block => block.Columns));
    }

    [Fact]
    public async Task Html_nested_without_end_is_read()
    {
        var html = string.Concat(Enumerable.Repeat("<div>", 20_000)) + "deep";

        Assert.Contains((await HtmlText.Read(html, default)).Blocks, block => block.Text == "deep");
    }

    [Fact]
    public void Markdown_is_read_by_its_structure()
    {
        const string Markdown =
            "# Policy\n\nThe *deductible* is `$750` & more.\n\n| Service | Cost |\n| --- | --- |\n| Ambulance | $180 |\n\n- One\n- Two\n";

        var blocks = MarkdownText.Read(Markdown).Blocks;

        Assert.Equal(
            [(1, "Policy"), (0, "The deductible is $750 & more."), (0, "Service | Cost"), (0, "Ambulance | $180"), (0, "• One"), (0, "• Two")],
            blocks.Select(block => (block.HeadingLevel, block.Text)));
        Assert.Equal([null, null, "Service | Cost", "Service | Cost", null, null], blocks.Select(block => block.Columns));
    }

    [Theory]
    [InlineData("a.pdf", "%PDF-1.7", MediaTypes.Pdf)]
    [InlineData("misnamed.txt", "%PDF-1.7", MediaTypes.Pdf)]
    [InlineData("a.HTML", "<p>", MediaTypes.Html)]
    [InlineData("a.md", "# x", MediaTypes.Markdown)]
    [InlineData("readme", "x", MediaTypes.Plain)]
    [InlineData("a.pdf", "no pdf", null)]
    [InlineData("a.docx", "PK", null)]
    [InlineData("a.txt", "null\0byte", null)]
    public void A_format_is_told_by_its_bytes_and_its_name(string name, string content, string? expected) =>
        Assert.Equal(expected, MediaTypes.Detect(name, Encoding.UTF8.GetBytes(content)));

    [Fact]
    public void Text_in_utf_16_is_text_and_binary_is_not()
    {
        Assert.True(MediaTypes.TryDecode(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("naïve")).ToArray(), out var text));
        Assert.Equal("naïve", text);
        Assert.False(MediaTypes.TryDecode([0x89, 0x50, 0x4E, 0x47, 0xFF], out _));
    }
}
