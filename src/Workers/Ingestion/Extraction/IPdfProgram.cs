namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>A program that takes a PDF on its standard input and writes its pages as text, a form feed behind each.</summary>
internal interface IPdfProgram
{
    /// <summary>For the log.</summary>
    string Name { get; }

    /// <returns>Null where the program is not on this machine.</returns>
    PdfCommand? Find(IngestionOptions options);

    /// <summary>What its end means, other than by a signal.</summary>
    /// <returns>Null where it read the document.</returns>
    IngestionException? Explain(int exitCode, string complaint);
}

/// <param name="AddressSpaceMb">Null where address space says nothing about the memory that the program uses.</param>
/// <param name="Environment">Replaces the worker's own; null leaves it.</param>
internal sealed record PdfCommand(string File, string[] Arguments, int? AddressSpaceMb, IReadOnlyDictionary<string, string>? Environment);
