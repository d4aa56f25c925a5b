using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>
/// Reads the pages of a PDF as text, in a separate process. Its time, memory and output are limited, because a few kilobytes of PDF can
/// expand without bounds.
/// </summary>
internal sealed partial class PdfTextReader(IOptions<IngestionOptions> options, ILogger<PdfTextReader> log)
{
    /// <summary>Exit codes of the shell: 126 if it may not start the program, 127 if the program is missing, above 128 for a signal.</summary>
    private const int NotStarted = 126;

    /// <summary>The first installed program is used.</summary>
    private static readonly IPdfProgram[] Programs = [new PopplerProgram(), new PdfPigProgram()];

    /// <exception cref="IngestionException">The file is not a PDF, encrypted, without text or too large, or no reader is installed.</exception>
    public async Task<IReadOnlyList<string>> ReadPages(byte[] content, CancellationToken token)
    {
        var (program, command) = Programs.Select(program => (program, Command: program.Find(options.Value)))
            .FirstOrDefault(candidate => candidate.Command is not null);
        if (command is null)
            throw PdfProblems.NoReader();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(token);
        timeout.CancelAfter(options.Value.PdfTimeout);
        var watch = Stopwatch.StartNew();
        using var process = Start(command);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            var writing = Write(process, content, timeout.Token);
            var text = await ReadLimited(process.StandardOutput, timeout.Token);
            await writing;
            var complaint = await errors;
            await process.WaitForExitAsync(timeout.Token);
            var pages = Pages(text, Explain(program, process.ExitCode, complaint));
            LogRead(pages.Count, program.Name, watch.ElapsedMilliseconds);
            return pages;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw PdfProblems.TooSlow(options.Value.PdfTimeout);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(PdfCommand command)
    {
        var (file, arguments) = (command.File, command.Arguments);
        if (!OperatingSystem.IsWindows())
        {
            // The limit of processor time ends the reader if its worker was killed first.
            var limits = $"ulimit -t {options.Value.PdfTimeout.TotalSeconds * 2:0}";
            if (command.AddressSpaceMb is { } megabytes)
                limits += $" && ulimit -v {megabytes * 1_024L}";
            (file, arguments) = ("/bin/sh", ["-c", $"{limits} && exec \"$@\"", "sh", file, .. arguments]);
        }
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        if (command.Environment is { } variables)
        {
            start.Environment.Clear();
            foreach (var (name, value) in variables)
                start.Environment[name] = value;
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw PdfProblems.NoReader();
        }
    }

    private static async Task Write(Process process, byte[] content, CancellationToken token)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(content, token);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The reader closed its input early. Its exit code gives the reason.
        }
    }

    private async Task<string> ReadLimited(StreamReader reader, CancellationToken token)
    {
        var text = new StringBuilder();
        var pages = 0;
        var buffer = new char[65_536];
        while (await reader.ReadAsync(buffer, token) is var read and > 0)
        {
            text.Append(buffer, 0, read);
            if (text.Length > options.Value.MaxCharacters)
                throw PdfProblems.TooManyCharacters(options.Value.MaxCharacters);
            pages += buffer.AsSpan(0, read).Count('\f');
            if (pages > options.Value.MaxPages)
                throw PdfProblems.TooManyPages(options.Value.MaxPages);
        }
        return text.ToString();
    }

    private static IngestionException? Explain(IPdfProgram program, int exitCode, string complaint) => exitCode switch
    {
        NotStarted or NotStarted + 1 => PdfProblems.NoReader(),
        // A signal ends a process whose stack or heap is exhausted. On Windows the exit code is negative then.
        < 0 or > NotStarted => PdfProblems.OutOfMemory(),
        _ => program.Explain(exitCode, complaint),
    };

    private static IReadOnlyList<string> Pages(string text, IngestionException? problem)
    {
        if (problem is not null)
            throw problem;
        // A form feed follows each page. NUL is removed because the database cannot store it.
        var pages = text.Replace("\0", "", StringComparison.Ordinal).Split('\f')[..^1];
        if (pages.Length == 0)
            throw PdfProblems.NoPages();
        if (pages.All(string.IsNullOrWhiteSpace))
            throw PdfProblems.NoText();
        return pages;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A PDF of {Pages} pages was read by {Program} in {Milliseconds} ms")]
    private partial void LogRead(int pages, string program, long milliseconds);
}
