namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>A program that reads a PDF from standard input and writes its pages as text, each followed by a form feed.</summary>
internal interface IPdfProgram
{
    /// <summary>The program's name in the log.</summary>
    string Name { get; }

    /// <returns>Null if the program is not installed.</returns>
    PdfCommand? Find(IngestionOptions options);

    /// <summary>Explains an exit code, unless a signal ended the program.</summary>
    /// <returns>Null if the document was read.</returns>
    IngestionException? Explain(int exitCode, string complaint);
}

/// <param name="AddressSpaceMb">Null if address space is not a measure of the program's memory.</param>
/// <param name="Environment">The program's environment instead of the worker's; null: the worker's.</param>
internal sealed record PdfCommand(string File, string[] Arguments, int? AddressSpaceMb, IReadOnlyDictionary<string, string>? Environment);
