using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Navigator.Servers;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Ingestion.Extraction;
using Navigator.Workers.Intake.Screening;

namespace Navigator.LocalModel.Tests.Screening;

/// <summary>The lines in this folder, and public corpora where they are present.</summary>
internal static partial class TrainingLines
{
    /// <summary>Every so many sentences of a corpus: more of the same teach nothing.</summary>
    private const int EveryPolicySentence = 3, EveryAbstract = 12;

    private static readonly string Folder = Path.Combine(ServerSet.Root, "tests", "LocalModel.Tests", "Screening");

    /// <summary>The files of the repository that training reads.</summary>
    private static readonly string[] Files =
        [InFolder("hostile.tsv"), InFolder("honest.tsv"), Neighbour("languages.tsv"), Neighbour("short-questions.tsv")];

    /// <summary>SHA-256 of the lines in the repository that training uses.</summary>
    public static string Hash => Convert.ToHexStringLower(SHA256.HashData([.. Files.SelectMany(File.ReadAllBytes)]));

    /// <summary>SHA-256 of all lines with their weights, the public corpora's too: the same lines give the same weights.</summary>
    public static string HashOf(IEnumerable<TrainingLine> lines) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(lines)));

    /// <summary>Where a file of this folder is.</summary>
    public static string InFolder(string file) => Path.Combine(Folder, file);

    public static IReadOnlyList<(string Kind, string Text)> Read(string file) =>
        [.. File.ReadAllLines(InFolder(file)).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'))
            .Select(cells => (cells[0], cells[1]))];

    public static async Task<IReadOnlyList<TrainingLine>> All() =>
    [
        .. Read("hostile.tsv").Select(line => line.Kind == "planted"
            ? new TrainingLine(line.Kind, true, line.Text, 0, 1)
            : new TrainingLine(line.Kind, true, line.Text, 1, 0.5)),
        .. Read("honest.tsv").Select(line => line.Kind == "passage"
            ? new TrainingLine(line.Kind, false, line.Text, 0.5, 1)
            : new TrainingLine(line.Kind, false, line.Text, 1, 0)),
        .. Bipia(),
        .. Shared("insurance/questions.jsonl").Concat(Shared("insurance/questions_dev.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("question").GetString()!).Select(Question("insurance questions")),
        .. Neighbours("languages.tsv").Concat(Neighbours("short-questions.tsv")).Select(Question("other languages")),
        .. Query().Split(string.Join('\n', Shared("cranfield/cran.qry"))).Skip(1).Select(Question("Cranfield queries")),
        .. string.Join('\n', Shared("cranfield/cran.all.1400")).Split("\n.W\n").Skip(1).Where((_, i) => i % EveryAbstract == 0)
            .Select(text => text.Split("\n.I ")[0].ReplaceLineEndings(" ")).SelectMany(text => text.Split(" .").Skip(1).Take(2))
            .Where(text => text.Length > 30).Select(text => new TrainingLine("Cranfield abstracts", false, text.Trim(), 0, 0.3)),
        .. PersonalData().Select(text => new TrainingLine("personal data", false, text, 0.2, 0.3)),
        .. (await Policy()).Where((_, i) => i % EveryPolicySentence == 0)
            .Select(text => new TrainingLine("the policy of 232 pages", false, text, 0.06, 0.3)),
    ];

    /// <summary>Each sentence of the real document once, as sources are cut.</summary>
    public static async Task<IReadOnlyList<string>> Policy()
    {
        if (Corpora.Find("insurance/scan_classic_hmo.pdf") is not { } file)
            return [];
        var options = Options.Create(new IngestionOptions());
        var reader = new DocumentReader(new TextExtractor(new PdfTextReader(options, NullLogger<PdfTextReader>.Instance)), options);
        var (_, passages) = await reader.Read("application/pdf", await File.ReadAllBytesAsync(file), default);
        return [.. passages.SelectMany(passage => SentenceParts.Of(passage.Text).Select(part => passage.Text[part].Trim()))
            .Distinct(StringComparer.Ordinal)];
    }

    private static Func<string, TrainingLine> Question(string source) =>
        text => new TrainingLine(source, false, text.ReplaceLineEndings(" ").Trim(), 0.5, 0);

    private static IEnumerable<TrainingLine> Bipia() =>
        JsonDocument.Parse(string.Concat(Shared("injection/bipia_text_attack_train.json").DefaultIfEmpty("{}"))).RootElement.EnumerateObject()
            .SelectMany(kind => kind.Value.EnumerateArray()).Select(text => new TrainingLine("BIPIA", true, text.GetString()!, 0, 1));

    private static IEnumerable<string> PersonalData() =>
        JsonDocument.Parse(string.Concat(Shared("pii/synthetic_pii.json").DefaultIfEmpty("[]"))).RootElement.EnumerateArray()
            .Where((_, i) => i % 2 == 0).Select(each => each.GetProperty("full_text").GetString()!.ReplaceLineEndings(" "));

    private static IEnumerable<string> Neighbours(string file) =>
        File.ReadAllLines(Neighbour(file)).Select(line => line.Split('\t')[1]);

    private static string Neighbour(string file) => Path.Combine(ServerSet.Root, "tests", "Workers.Tests", "Intake", file);

    private static string[] Shared(string path) => Corpora.Find(path) is { } file ? File.ReadAllLines(file) : [];

    [GeneratedRegex(@"\.I \d+\s+\.W\s")]
    private static partial Regex Query();
}
