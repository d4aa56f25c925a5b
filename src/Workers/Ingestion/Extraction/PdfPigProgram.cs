using System.Runtime.InteropServices;
using Navigator.Contracts.Http;
using Navigator.PdfText;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>Our own src/PdfText, beside this program: reads PDFs with PdfPig where poppler is missing.</summary>
internal sealed class PdfPigProgram : IPdfProgram
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Navigator.PdfText.dll");

    /// <summary>The host of the runtime that this process runs on, which is three folders below it, however it was started.</summary>
    private static readonly string Host = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    public string Name => "PdfPig";

    public PdfCommand? Find(IngestionOptions options) =>
        File.Exists(Program) && File.Exists(Host) ? new PdfCommand(Host, [Program], null, Environment(options)) : null;

    public IngestionException? Explain(int exitCode, string complaint) => exitCode switch
    {
        ExitCode.Read => null,
        ExitCode.Encrypted => PdfProblems.Encrypted(),
        ExitCode.OutOfMemory => PdfProblems.OutOfMemory(),
        _ => new IngestionException(ErrorCode.DocumentNotReadable,
            "The file is damaged or not a PDF, or one that only pdftotext can read (package poppler-utils, not installed here)."),
    };

    /// <summary>
    /// The worker's own variables stay out: its profilers and start-up hooks would load there too. A .NET process reserves far more
    /// addresses than it uses, so its heap is what is bounded.
    /// </summary>
    private static Dictionary<string, string> Environment(IngestionOptions options)
    {
        var variables = new Dictionary<string, string>
        {
            ["DOTNET_GCHeapHardLimit"] = $"0x{options.PdfMemoryMb * 1_048_576L:x}",
            ["DOTNET_EnableDiagnostics"] = "0",
        };
        if (System.Environment.GetEnvironmentVariable("SystemRoot") is { } windows)
            variables["SystemRoot"] = windows;
        return variables;
    }
}
