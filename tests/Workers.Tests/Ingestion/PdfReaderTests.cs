using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Navigator.Servers;
using Navigator.Workers.Ingestion.Extraction;
using Xunit.Abstractions;

namespace Navigator.Workers.Tests.Ingestion;

/// <summary>Both programs that read PDFs, on the same documents.</summary>
public class PdfReaderTests(ITestOutputHelper output)
{
    public const string Poppler = "pdftotext";
    public const string PdfPig = "PdfPig";

    [CorpusTheory("insurance/scan_classic_hmo.pdf")]
    [InlineData(Poppler)]
    [InlineData(PdfPig)]
    public async Task A_real_pdf_keeps_its_pages_and_pairs_a_service_with_its_cost(string reader)
    {
        if (await Pdf(reader) is not { } pdf)
            return;

        var pages = await pdf.ReadPages(await File.ReadAllBytesAsync(Corpora.Get("insurance/scan_classic_hmo.pdf")), default);

        Assert.Equal(232, pages.Count);
        Assert.Contains("$180 copayment", pages[60], StringComparison.Ordinal);
        var blocks = PageLayout.Read(pages).Blocks;
        Assert.Contains(blocks, block => block.Page == 61 && block.Text.StartsWith(
            "Ambulance services | $180 copayment for each one-way trip. Prior authorization rules apply for non-emergency ambulance services.\n"
            + "Covered ambulance services, whether for an emergency or non-emergency situation, include fixed wing, rotary wing, and ground",
            StringComparison.Ordinal));
        Assert.Contains(blocks, block => block.Page == 65 && block.Text.StartsWith("Chiropractic services", StringComparison.Ordinal)
            && block.Text.Contains(" | $", StringComparison.Ordinal));
        Assert.DoesNotContain(blocks, block => block.Page > 3
            && block.Text.Contains("2025 Evidence of Coverage for SCAN Classic", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Poppler)]
    [InlineData(PdfPig)]
    public async Task Words_on_a_page_come_out_in_columns_and_paragraphs(string reader)
    {
        if (await Pdf(reader) is not { } pdf)
            return;
        var content = PdfSamples.Lines(
            (20, 700, "Service"), (300, 700, "What you pay"),
            (20, 660, "Ambulance services, each trip"), (300, 660, "$180 copayment"), (20, 646, "by ground or by air"),
            (20, 606, "Chiropractic services"), (300, 606, "$10 copayment"));

        var blocks = PageLayout.Read(await pdf.ReadPages(content, default)).Blocks;

        Assert.Equal(
            ["Service | What you pay", "Ambulance services, each trip by ground or by air | $180 copayment", "Chiropractic services | $10 copayment"],
            blocks.Select(block => block.Text));
    }

    [Theory]
    [InlineData(Poppler, "%PDF-1.4\nthis is none", "document_not_readable")]
    [InlineData(PdfPig, "%PDF-1.4\nthis is none", "document_not_readable")]
    [InlineData(Poppler, PdfSamples.NoPages, "document_empty")]
    [InlineData(PdfPig, PdfSamples.NoPages, "document_empty")]
    [InlineData(Poppler, PdfSamples.BlankPage, "document_without_text")]
    [InlineData(PdfPig, PdfSamples.BlankPage, "document_without_text")]
    [InlineData(Poppler, PdfSamples.Encrypted, "document_encrypted")]
    [InlineData(PdfPig, PdfSamples.Encrypted, "document_encrypted")]
    public async Task A_pdf_that_cannot_be_read_says_why(string reader, string content, string code)
    {
        if (await Pdf(reader) is { } pdf)
            Assert.Equal(code, (await Refused(pdf, Encoding.Latin1.GetBytes(content))).Code);
    }

    [Fact]
    public async Task A_pdf_that_only_poppler_reads_says_so()
    {
        var pdf = (await Pdf(PdfPig))!;
        Assert.StartsWith("Hello", (await pdf.ReadPages(PdfSamples.Pages(1), default))[0], StringComparison.Ordinal);

        var error = await Refused(pdf, PdfSamples.WithoutSize);

        Assert.Equal("document_not_readable", error.Code);
        Assert.Contains("only pdftotext can read", error.Message, StringComparison.Ordinal);
    }

    [Theory, Trait("Needs", "Time")]
    [InlineData(Poppler)]
    [InlineData(PdfPig)]
    public async Task A_pdf_of_a_hundred_thousand_pages_is_refused_by_their_number(string reader)
    {
        if (await Pdf(reader) is not { } pdf)
            return;

        var error = await Refused(pdf, PdfSamples.Pages(100_000));

        Assert.Equal(("document_too_long", "The PDF has more than 10,000 pages."), (error.Code, error.Message));
    }

    [Theory, Trait("Needs", "Time")]
    [InlineData(Poppler)]
    [InlineData(PdfPig)]
    public async Task A_pdf_that_unfolds_to_more_than_there_is_room_for_is_refused(string reader)
    {
        if (await Pdf(reader, new IngestionOptions { PdfTimeout = TimeSpan.FromSeconds(5) }) is { } pdf)
            Assert.Contains((await Refused(pdf, PdfSamples.Bomb(5_000))).Code, new[] { "document_too_complex", "document_too_long" });
    }

    [Fact]
    public async Task A_pdf_that_is_drawn_without_end_is_given_up_in_time_and_its_process_ended()
    {
        var pdf = (await Pdf(PdfPig, new IngestionOptions { PdfTimeout = TimeSpan.FromSeconds(3) }))!;

        var error = await Refused(pdf, PdfSamples.FormsWithoutEnd(12));

        Assert.Equal(("document_too_complex", "The PDF could not be read within 3 seconds."), (error.Code, error.Message));
        await Eventually.Holds(() => ReadersOfOurs() == 0);
    }

    [Fact, Trait("Needs", "Time")]
    public async Task A_pdf_that_needs_more_memory_than_there_is_for_it_is_refused()
    {
        var pdf = (await Pdf(PdfPig, new IngestionOptions { PdfMemoryMb = 128 }))!;

        var error = await Refused(pdf, PdfSamples.Pages(60_000));

        Assert.Equal(("document_too_complex", "The PDF needs more memory than the reader may use."), (error.Code, error.Message));
    }

    [Theory]
    [InlineData(Poppler)]
    [InlineData(PdfPig)]
    public async Task Nesting_without_end_costs_at_most_the_document(string reader)
    {
        if (await Pdf(reader) is not { } pdf)
            return;
        foreach (var content in new[] { PdfSamples.DeepArray(200_000), PdfSamples.DeepPageTree(20_000) })
        {
            var outcome = await Record.ExceptionAsync(() => pdf.ReadPages(content, default));
            output.WriteLine(outcome?.Message ?? "read");
            Assert.True(outcome is null or IngestionException, outcome?.ToString());
        }
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
        var reader = Reader(new IngestionOptions { PdfToText = program, PdfMemoryMb = 256 });

        var said = await reader.ReadPages([1], default).ContinueWith(
            reading => reading.IsFaulted ? ((IngestionException)reading.Exception.GetBaseException()).Code : reading.Result[0].Trim(),
            TaskScheduler.Default);

        Assert.Equal(expected, said);
        File.Delete(program);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_named_with_the_remedy()
    {
        if (OperatingSystem.IsWindows())
            return;
        var program = Path.GetTempFileName(); // not executable

        var error = await Refused(Reader(new IngestionOptions { PdfToText = program }), [1]);

        Assert.Equal("pdf_reader_missing", error.Code);
        Assert.Contains("poppler-utils", error.Message, StringComparison.Ordinal);
        File.Delete(program);
    }

    /// <summary>Children of this process that run PdfPig. Linux alone tells them.</summary>
    private static int ReadersOfOurs() => !OperatingSystem.IsLinux() ? 0 : Directory.GetDirectories("/proc").Count(folder =>
    {
        try
        {
            return File.ReadAllText($"{folder}/cmdline").Contains("Navigator.PdfText.dll", StringComparison.Ordinal)
                && File.ReadAllText($"{folder}/stat").Split(") ")[^1].Split(' ')[1] == $"{Environment.ProcessId}";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // no process, or one that has ended
        }
    });

    /// <returns>Null where this machine has no pdftotext.</returns>
    private async Task<PdfTextReader?> Pdf(string reader, IngestionOptions? options = null)
    {
        options ??= new IngestionOptions();
        if (reader == PdfPig)
            return Reader(options with { PdfToText = "/nowhere/pdftotext" });
        if (await ServerSet.FindPdfToText() is { } program)
            return Reader(options with { PdfToText = program });
        output.WriteLine("Skipped: there is no pdftotext on this machine.");
        return null;
    }

    private static PdfTextReader Reader(IngestionOptions options) => new(Options.Create(options), NullLogger<PdfTextReader>.Instance);

    private static Task<IngestionException> Refused(PdfTextReader reader, byte[] content) =>
        Assert.ThrowsAsync<IngestionException>(() => reader.ReadPages(content, default));
}
