using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>
/// The pages of a PDF as poppler's pdftotext lays them out, in a process of its own: what a few kilobytes unfold to is bounded in
/// time, in memory and in what is read of it.
/// </summary>
internal sealed class PdfTextReader(IOptions<IngestionOptions> options)
{
    /// <summary>What a shell says of a program that is not there.</summary>
    private const int NotFound = 127;

    /// <exception cref="IngestionException">Not a PDF, encrypted, without text, too slow to read, or there is no reader.</exception>
    public async Task<IReadOnlyList<string>> ReadPages(byte[] content, CancellationToken token)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(token);
        timeout.CancelAfter(options.Value.PdfTimeout);
        using var process = Start();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var writing = Write(process, content, timeout.Token);
            var text = await ReadLimited(process.StandardOutput, options.Value.MaxCharacters, timeout.Token);
            await writing;
            var complaint = await errors;
            await process.WaitForExitAsync(timeout.Token);
            return Pages(text, process.ExitCode, complaint);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new IngestionException("document_too_complex", $"The PDF could not be read within {options.Value.PdfTimeout.TotalSeconds:0} seconds.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private Process Start()
    {
        var (program, arguments) = (options.Value.PdfToText, new[] { "-layout", "-enc", "UTF-8", "-", "-" });
        if (!OperatingSystem.IsWindows())
            (program, arguments) = ("/bin/sh", ["-c", "ulimit -v \"$0\" && exec \"$@\"", $"{options.Value.PdfMemoryMb * 1_024}", program, .. arguments]);
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8,
                UseShellExecute = false,
            })!;
        }
        catch (Win32Exception)
        {
            throw Missing();
        }
    }

    private static IngestionException Missing() =>
        new("pdf_reader_missing", "This installation cannot read PDFs: pdftotext (package poppler-utils) is not installed. Text, Markdown and HTML work.");

    private static async Task Write(Process process, byte[] content, CancellationToken token)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(content, token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has seen enough and closed its end; its exit code says why.
        }
    }

    private static async Task<string> ReadLimited(StreamReader reader, int maxCharacters, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new char[65_536];
        while (await reader.ReadAsync(buffer, token) is var read and > 0)
        {
            text.Append(buffer, 0, read);
            if (text.Length > maxCharacters)
                throw new IngestionException("document_too_long", $"The document holds more than {maxCharacters:N0} characters of text.");
        }
        return text.ToString();
    }

    private static IReadOnlyList<string> Pages(string text, int exitCode, string complaint)
    {
        if (complaint.Contains("Incorrect password", StringComparison.Ordinal))
            throw new IngestionException("document_encrypted", "The PDF is encrypted. Remove its password and upload it again.");
        if (complaint.Contains("Wrong page range", StringComparison.Ordinal))
            throw new IngestionException("document_empty", "The PDF has no pages.");
        if (exitCode == NotFound)
            throw Missing();
        if (exitCode > NotFound || complaint.Contains("Out of memory", StringComparison.Ordinal) || complaint.Contains("bad_alloc", StringComparison.Ordinal))
            throw new IngestionException("document_too_complex", "The PDF needs more memory to be read than there is for it.");
        if (exitCode != 0)
            throw new IngestionException("document_not_readable", "The file is damaged or not a PDF.");
        // One form feed behind each page; NUL cannot be stored.
        var pages = text.Replace("\0", "", StringComparison.Ordinal).Split('\f')[..^1];
        if (pages.Length == 0)
            throw new IngestionException("document_empty", "The PDF has no pages.");
        if (pages.All(string.IsNullOrWhiteSpace))
            throw new IngestionException("document_without_text", "The PDF holds pictures of pages and no text. Run text recognition (OCR) on it first.");
        return pages;
    }
}
