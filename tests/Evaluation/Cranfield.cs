using System.Globalization;
using System.Text;

namespace Navigator.Evaluation;

/// <summary>
/// The Cranfield collection: 1,400 abstracts, 225 questions and their judgments. The judgments name questions by their ordinal, not by the number
/// in the file. Grades are used as relevant or not.
/// </summary>
internal sealed record Cranfield(
    IReadOnlyList<(int Number, string Text)> Abstracts, IReadOnlyList<string> Questions, ILookup<int, int> Relevant)
{
    public static Cranfield Read(string folder)
    {
        // A stray field at the end of a file has no text.
        var abstracts = Records(Path.Combine(folder, "cran.all.1400")).Where(record => record.Text.Length > 0).ToList();
        var questions = Records(Path.Combine(folder, "cran.qry")).Select(record => record.Text).Where(text => text.Length > 0).ToList();
        var relevant = File.ReadLines(Path.Combine(folder, "cranqrel"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields.Length >= 2)
            .ToLookup(fields => Number(fields[0]), fields => Number(fields[1]));
        return new Cranfield(abstracts, questions, relevant);
    }

    /// <summary>Records with the text of their field .W, which repeats the title.</summary>
    private static IEnumerable<(int Number, string Text)> Records(string file)
    {
        var (number, inText, text) = (0, false, new StringBuilder());
        foreach (var line in File.ReadLines(file).Append(".I 0"))
        {
            if (line.StartsWith(".I", StringComparison.Ordinal))
            {
                if (number > 0)
                    yield return (number, text.ToString().Trim());
                (number, inText) = (line.Length > 3 ? Number(line[3..].Trim()) : 0, false);
                text.Clear();
            }
            else if (line is ['.', >= 'A' and <= 'Z', ..])
            {
                inText = line[1] == 'W';
            }
            else if (inText)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
