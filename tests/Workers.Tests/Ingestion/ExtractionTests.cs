using System.Text;
using Microsoft.Extensions.Options;
using Navigator.Servers;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Ingestion.Extraction;
using Xunit.Abstractions;

namespace Navigator.Workers.Tests.Ingestion;

public class ExtractionTests(ITestOutputHelper output)
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

    [CorpusFact("insurance/scan_classic_hmo.pdf")]
    public async Task A_real_pdf_keeps_its_pages()
    {
        if (await Pdf() is not { } pdf)
        {
            output.WriteLine("Skipped: there is no pdftotext on this machine.");
            return;
        }

        var pages = await pdf.ReadPages(await File.ReadAllBytesAsync(Corpora.Get("insurance/scan_classic_hmo.pdf")), default);

        Assert.Equal(232, pages.Count);
        Assert.Contains("$180 copayment", pages[60], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%PDF-1.4\nthis is none", "document_not_readable")]
    [InlineData(PdfSamples.NoPages, "document_empty")]
    [InlineData(PdfSamples.BlankPage, "document_without_text")]
    [InlineData(PdfSamples.Encrypted, "document_encrypted")]
    public async Task A_pdf_that_cannot_be_read_says_why(string pdf, string code)
    {
        if (await Pdf() is not { } reader)
        {
            output.WriteLine("Skipped: there is no pdftotext on this machine.");
            return;
        }

        var error = await Assert.ThrowsAsync<IngestionException>(() => reader.ReadPages(Encoding.Latin1.GetBytes(pdf), default));

        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData("ulimit -v; printf '\\f'", "262144")]
    [InlineData("echo 'Out of memory' >&2; exit 1", "document_too_complex")]
    [InlineData("kill -6 $$", "document_too_complex")]
    public async Task A_pdf_is_read_within_a_bound_of_memory(string script, string expected)
    {
        if (OperatingSystem.IsWindows())
            return; // its processes cannot be bound like that
        var program = Path.GetTempFileName();
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var reader = new PdfTextReader(Options.Create(new IngestionOptions { PdfToText = program, PdfMemoryMb = 256 }));

        var said = await reader.ReadPages([1], default).ContinueWith(
            reading => reading.IsFaulted
                ? ((IngestionException)reading.Exception.GetBaseException()).Code
                : reading.Result[0].Trim(), TaskScheduler.Default);

        Assert.Equal(expected, said);
        File.Delete(program);
    }

    [Fact]
    public async Task Without_a_reader_pdfs_are_refused_with_the_remedy()
    {
        var reader = new PdfTextReader(Options.Create(new IngestionOptions { PdfToText = "/nowhere/pdftotext" }));

        var error = await Assert.ThrowsAsync<IngestionException>(() => reader.ReadPages([1], default));

        Assert.Equal("pdf_reader_missing", error.Code);
        Assert.Contains("poppler-utils", error.Message, StringComparison.Ordinal);
    }

    private static async Task<PdfTextReader?> Pdf() =>
        (await ServerSet.Get()).PdfToText is { } program ? new PdfTextReader(Options.Create(new IngestionOptions { PdfToText = program })) : null;
}
