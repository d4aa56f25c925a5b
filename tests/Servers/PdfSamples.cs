using System.IO.Compression;
using System.Text;

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

    /// <summary>So many pages that all show one content stream of 16,000 letters: a megabyte that unfolds to a hundred.</summary>
    public static byte[] Bomb(int pages)
    {
        using var content = new MemoryStream();
        using (var zlib = new ZLibStream(content, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write("BT /F1 1 Tf\n"u8);
            for (var line = 0; line < 200; line++)
                zlib.Write(Encoding.ASCII.GetBytes($"1 0 0 1 1 {line} Tm ({new string('a', 80)}) Tj\n"));
            zlib.Write("ET"u8);
        }
        var numbers = Enumerable.Range(5, pages).ToList();
        var text = new StringBuilder("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
        text.Append("2 0 obj\n<< /Type /Pages /Count ").Append(pages).Append(" /Kids [").AppendJoin(' ', numbers.Select(number => $"{number} 0 R")).Append("] >>\nendobj\n");
        text.Append("3 0 obj\n<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>\nendobj\n");
        foreach (var number in numbers)
            text.Append(number).Append(" 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources 3 0 R >>\nendobj\n");
        text.Append("4 0 obj\n<< /Filter /FlateDecode /Length ").Append(content.Length).Append(" >>\nstream\n");
        return [.. Encoding.ASCII.GetBytes(text.ToString()), .. content.ToArray(), .. "\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"u8];
    }

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
