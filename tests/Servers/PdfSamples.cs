namespace Navigator.Servers;

/// <summary>Small PDFs, written by hand as text: readers find their objects without a table of them.</summary>
public static class PdfSamples
{
    public const string NoPages =
        """
        %PDF-1.4
        1 0 obj
        << /Type /Catalog /Pages 2 0 R >>
        endobj
        2 0 obj
        << /Type /Pages /Kids [] /Count 0 >>
        endobj
        trailer
        << /Root 1 0 R >>
        %%EOF
        """;

    /// <summary>One page with nothing on it, as a scan without text recognition has.</summary>
    public const string BlankPage =
        """
        %PDF-1.4
        1 0 obj
        << /Type /Catalog /Pages 2 0 R >>
        endobj
        2 0 obj
        << /Type /Pages /Kids [3 0 R] /Count 1 >>
        endobj
        3 0 obj
        << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>
        endobj
        trailer
        << /Root 1 0 R >>
        %%EOF
        """;

    /// <summary>One page behind the password "user" (40-bit RC4, whose dictionary is all that matters here).</summary>
    public const string Encrypted =
        """
        %PDF-1.4
        1 0 obj
        << /Pages 2 0 R /Type /Catalog >>
        endobj
        2 0 obj
        << /Count 1 /Kids [ 3 0 R ] /Type /Pages >>
        endobj
        3 0 obj
        << /MediaBox [ 0 0 200 200 ] /Parent 2 0 R /Type /Page >>
        endobj
        4 0 obj
        << /Filter /Standard /Length 40 /O <94e8094419662a774442fb072e3d9f19e9d130ec09a4d0061e78fe920f7ab62f> /P -4 /R 2 /U <92ef753a7b7c94baac357f681e56cd7c750996bcb60464a421fcee233feea002> /V 1 >>
        endobj
        trailer << /Root 1 0 R /ID [<8082dbf2261f8e1262d6a88b69ab8f55><8082dbf2261f8e1262d6a88b69ab8f55>] /Encrypt 4 0 R >>
        %%EOF
        """;
}
