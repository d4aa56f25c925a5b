using Navigator.PdfText;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Exceptions;

// A PDF on standard input → its pages as text on standard output, each followed by a form feed, as pdftotext -layout writes them.
// It is a program of its own because PdfPig takes no cancellation token and a .NET process does not survive an exhausted stack:
// the worker that starts it bounds its memory and kills it in time.
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
// PdfPig answers a damaged file with exceptions of many types, of .NET's own too.
catch (Exception error)
{
    Console.Error.WriteLine(error.GetType().Name);
    return ExitCode.NotReadable;
}
