using Navigator.PdfText;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Exceptions;

// Reads a PDF from standard input and writes its pages as text to standard output, each followed by a form feed, like pdftotext -layout.
// It is a separate program because PdfPig takes no cancellation token and a .NET process does not survive a stack overflow. The worker that
// starts it limits its memory and kills it after a timeout.
try
{
    using var content = new MemoryStream();
    Console.OpenStandardInput().CopyTo(content);
    using var document = PdfDocument.Open(content.ToArray(), new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
    using var output = new StreamWriter(Console.OpenStandardOutput());
    foreach (var page in document.GetPages())
    {
        PageText.Write(page.Letters, output);
        output.Write('\f');
    }
    return ExitCode.Read;
}
catch (PdfDocumentEncryptedException)
{
    return ExitCode.Encrypted;
}
catch (OutOfMemoryException)
{
    return ExitCode.OutOfMemory;
}
// PdfPig throws exceptions of many types for a damaged file, including .NET's own.
catch (Exception error)
{
    Console.Error.WriteLine(error.GetType().Name);
    return ExitCode.NotReadable;
}
