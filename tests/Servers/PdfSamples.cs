using System.IO.Compression;
using System.Text;

namespace Navigator.Servers;

/// <summary>Small PDFs, written by hand as text: readers find their objects without a table of them, PdfPig if the trailer has a /Size.</summary>
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
        << /Size 3 /Root 1 0 R >>
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
        << /Size 4 /Root 1 0 R >>
        %%EOF
        """;

    /// <summary>One page that says hello, and a trailer without the /Size that belongs there.</summary>
    public static byte[] WithoutSize { get; } = Encoding.ASCII.GetBytes(Document(Hello + Page(4), kids: "4 0 R", count: 1, size: null));

    /// <summary>A page that says hello and holds arrays within arrays, so many deep.</summary>
    public static byte[] DeepArray(int depth) =>
        Encoding.ASCII.GetBytes(Document(Hello + Page(4, $"/Deep {new string('[', depth)}{new string(']', depth)}"), kids: "4 0 R", count: 1,
            size: 5));

    /// <summary>One page below so many levels of page trees.</summary>
    public static byte[] DeepPageTree(int depth)
    {
        var text = new StringBuilder(Hello);
        for (var level = 0; level < depth; level++)
            text.Append(4 + level).Append(" 0 obj\n<< /Type /Pages /Count 1 /Kids [").Append(5 + level).Append(" 0 R] >>\nendobj\n");
        return Encoding.ASCII.GetBytes(Document(text + Page(4 + depth), kids: "4 0 R", count: 1, size: 5 + depth));
    }

    /// <summary>Forms that each draw the next one ten times: 3 kB that take 10^levels steps to draw.</summary>
    public static byte[] FormsWithoutEnd(int levels)
    {
        var text = new StringBuilder("3 0 obj\n<< /Length 5 >>\nstream\n/F Do\nendstream\nendobj\n");
        text.Append(Page(4, "/Resources << /XObject << /F 5 0 R >> >>"));
        var steps = string.Concat(Enumerable.Repeat("/F Do ", 10));
        for (var number = 5; number < 5 + levels; number++)
            text.Append(number).Append(" 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /F ").Append(number + 1)
                .Append(" 0 R >> >> /Length ").Append(steps.Length).Append(" >>\nstream\n").Append(steps).Append("\nendstream\nendobj\n");
        text.Append(5 + levels).Append(" 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 3 >>\nstream\nq Q\nendstream\nendobj\n");
        return Encoding.ASCII.GetBytes(Document(text.ToString(), kids: "4 0 R", count: 1, size: 6 + levels));
    }

    /// <summary>So many pages that each say hello.</summary>
    public static byte[] Pages(int count)
    {
        var numbers = Enumerable.Range(4, count).ToList();
        return Encoding.ASCII.GetBytes(Document(
            Hello + string.Concat(numbers.Select(number => Page(number))), string.Join(' ', numbers.Select(number => $"{number} 0 R")), count,
            size: 4 + count));
    }

    /// <summary>One page of letter size with a text at each place, in points from its lower left corner.</summary>
    public static byte[] Lines(params (int X, int Y, string Text)[] lines)
    {
        var drawn = $"BT /F1 11 Tf {string.Concat(lines.Select(line => $"1 0 0 1 {line.X} {line.Y} Tm ({line.Text}) Tj "))}ET";
        return Encoding.ASCII.GetBytes(Document($"3 0 obj\n<< /Length {drawn.Length} >>\nstream\n{drawn}\nendstream\nendobj\n{Page(4)}", "4 0 R", 1,
            5));
    }

    private const string Hello = "3 0 obj\n<< /Length 41 >>\nstream\nBT /F1 12 Tf 1 0 0 1 9 99 Tm (Hello) Tj ET\nendstream\nendobj\n";

    private static string Page(int number, string extra = "") =>
        $"{number} 0 obj\n<< /Type /Page /MediaBox [0 0 612 792] /Contents 3 0 R {extra} "
        + (extra.Contains("/Resources", StringComparison.Ordinal)
            ? ""
            : "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> ")
        + ">>\nendobj\n";

    private static string Document(string objects, string kids, int count, int? size) =>
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        + $"2 0 obj\n<< /Type /Pages /Count {count} /Kids [{kids}] >>\nendobj\n{objects}"
        + $"trailer\n<< /Root 1 0 R {(size is null ? "" : $"/Size {size} ")}>>\n%%EOF\n";

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
        text.Append("2 0 obj\n<< /Type /Pages /Count ").Append(pages).Append(" /Kids [").AppendJoin(' ', numbers.Select(number => $"{number} 0 R"))
            .Append("] >>\nendobj\n");
        text.Append("3 0 obj\n<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>\nendobj\n");
        foreach (var number in numbers)
            text.Append(number).Append(" 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources 3 0 R >>\nendobj\n");
        text.Append("4 0 obj\n<< /Filter /FlateDecode /Length ").Append(content.Length).Append(" >>\nstream\n");
        return [.. Encoding.ASCII.GetBytes(text.ToString()), .. content.ToArray(),
            .. "\nendstream\nendobj\ntrailer\n<< /Size 5 /Root 1 0 R >>\n%%EOF\n"u8];
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
        trailer << /Size 5 /Root 1 0 R /ID [<8082dbf2261f8e1262d6a88b69ab8f55><8082dbf2261f8e1262d6a88b69ab8f55>] /Encrypt 4 0 R >>
        %%EOF
        """;
}
