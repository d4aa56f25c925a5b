namespace Navigator.PdfText;

/// <summary>The program's exit codes.</summary>
public static class ExitCode
{
    public const int Read = 0;
    public const int NotReadable = 1;
    public const int Encrypted = 2;
    public const int OutOfMemory = 3;
}
