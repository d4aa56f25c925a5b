using System.Runtime.InteropServices;
using Navigator.Contracts.Http;
using Navigator.PdfText;

namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>src/PdfText, installed beside this program. Reads PDFs with PdfPig if poppler is not installed.</summary>
internal sealed class PdfPigProgram : IPdfProgram
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Navigator.PdfText.dll");

    /// <summary>The dotnet host of the current runtime, three folders above the runtime's directory.</summary>
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
    /// A clean environment, because the worker's profilers and start-up hooks would load in the reader too. A .NET process reserves far more
    /// addresses than it uses, so its heap is limited instead of its address space.
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
