using System.Text.RegularExpressions;
using System.Xml.Linq;
using Navigator.Servers;

namespace Navigator.Workers.Tests;

/// <summary>Which project and which namespace may use which, read from the sources. Names stand without "Navigator.".</summary>
public partial class DirectionsTests
{
    /// <summary>Of projects: what each may use of the others.</summary>
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Contracts"] = [],
        ["Text"] = [],
        ["PdfText"] = [],
        ["LocalModel"] = [],
        ["Storage"] = ["Contracts", "Text"],
        ["Runtime"] = ["Contracts", "Storage"],
        ["Workers"] = ["Contracts", "LocalModel", "PdfText", "Runtime", "Storage", "Text"],
        ["Api"] = ["Contracts", "Runtime", "Storage", "Text", "Workers"], // Workers: Pipeline.AddWorkers, and nothing else
        ["Cli"] = ["Contracts", "Runtime", "Storage", "Workers"], // Runtime, Workers: navigator doctor
    };

    /// <summary>Inside what every process runs, and inside the workers: what each namespace may use of the others.</summary>
    private static readonly Dictionary<string, string[]> Namespaces = new()
    {
        ["Runtime"] = [],
        ["Runtime.Tools"] = ["Runtime"],
        ["Runtime.Settings"] = ["Runtime"],
        ["Runtime.Webhooks"] = [],
        ["Runtime.Limits"] = ["Runtime", "Runtime.Tools"],
        ["Runtime.Upstreams"] = ["Runtime", "Runtime.Limits"],
        ["Runtime.Broker"] = ["Runtime", "Runtime.Limits", "Runtime.Settings", "Runtime.Tools"],
        ["Runtime.Flow"] = ["Runtime", "Runtime.Broker", "Runtime.Limits", "Runtime.Settings", "Runtime.Tools", "Runtime.Upstreams"],
        ["Runtime.Replay"] = ["Runtime", "Runtime.Broker", "Runtime.Flow", "Runtime.Limits"],
        ["Runtime.Telemetry"] =
        [
            "Runtime", "Runtime.Broker", "Runtime.Flow", "Runtime.Limits", "Runtime.Tools", "Runtime.Upstreams",
        ],
        ["Runtime.Hosting"] =
        [
            "Runtime", "Runtime.Broker", "Runtime.Flow", "Runtime.Limits", "Runtime.Replay", "Runtime.Settings", "Runtime.Telemetry",
            "Runtime.Tools", "Runtime.Upstreams", "Runtime.Webhooks",
        ],

        ["Workers.Embedders"] = [],
        ["Workers.Synonyms"] = [],
        ["Workers.Ingestion.Extraction"] = [],
        ["Workers.Ingestion"] = ["Workers.Embedders", "Workers.Ingestion.Extraction"],
        ["Workers.Intake.Screening"] = ["Workers.Embedders"],
        ["Workers.Intake.Translation"] = [],
        ["Workers.Intake.Planning"] = ["Workers.Intake.Screening"],
        ["Workers.Intake"] = ["Workers.Intake.Planning", "Workers.Intake.Screening", "Workers.Intake.Translation"],
        ["Workers.Tools.Retrieval"] = ["Workers.Embedders"],
        ["Workers.Tools.Embedding"] = ["Workers.Embedders", "Workers.Tools.Retrieval"],
        ["Workers.Tools"] = ["Workers.Synonyms", "Workers.Tools.Embedding", "Workers.Tools.Retrieval"],
        ["Workers.Tools.WebSearch"] = [],
        ["Workers.Answer"] =
        [
            "Workers.Embedders", "Workers.Intake.Planning", "Workers.Intake.Screening", "Workers.Intake.Translation", "Workers.Synonyms",
        ],
        ["Workers.Webhooks"] = [],
        ["Workers"] = // the flow, in Program.cs
        [
            "Workers.Answer", "Workers.Ingestion", "Workers.Intake", "Workers.Intake.Translation", "Workers.Tools", "Workers.Tools.Embedding",
            "Workers.Tools.Retrieval", "Workers.Tools.WebSearch", "Workers.Webhooks",
        ],
    };

    /// <summary>Several records that are one list: the commands of one conversation, the lines of one format.</summary>
    private static readonly string[] Lists = ["ChatCommands.cs", "IngestionCommands.cs", "ExportedRows.cs"];

    private static readonly string Sources = Path.Combine(ServerSet.Root, "src");
    private static readonly IReadOnlyList<SourceFile> Files = Read();

    private static readonly ILookup<(string From, string To), string> Uses =
        Files.SelectMany(UsedBy).ToLookup(use => (use.From, use.To), use => use.File);

    [Fact]
    public void A_project_references_and_uses_exactly_those_that_the_table_says()
    {
        var references = Directory.GetFiles(Sources, "*.csproj", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => XDocument.Load(file).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).ToArray());

        var used = Uses.ToLookup(use => ProjectOf(use.Key.From), use => ProjectOf(use.Key.To));
        Assert.Equivalent(Projects.Keys, references.Keys, strict: true);
        Assert.All(references, project => Assert.Equal(Projects[project.Key],
            project.Value.Union(used[project.Key]).Except([project.Key]).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_namespace_of_Runtime_and_of_Workers_uses_exactly_those_that_the_table_says()
    {
        var inside = Uses.Where(use => Namespaces.ContainsKey(use.Key.From) && ProjectOf(use.Key.From) == ProjectOf(use.Key.To)).ToList();
        var allowed = Namespaces.SelectMany(row => row.Value.Select(to => (From: row.Key, To: to))).ToHashSet();

        Assert.Empty(inside.Where(use => !allowed.Contains(use.Key)).Select(Sentence));
        Assert.Empty(allowed.Except(inside.Select(use => use.Key)).Select(use => $"{use.From} does not use {use.To}: the table says too much."));
        Assert.Equivalent(Files.Select(file => file.Namespace).Where(name => ProjectOf(name) is "Runtime" or "Workers").ToHashSet(),
            Namespaces.Keys, strict: true);
    }

    [Fact]
    public void No_namespaces_use_each_other_in_a_circle()
    {
        var left = Files.Select(file => file.Namespace).ToHashSet();
        // Those that use none of the others are in no circle, and those that none uses neither.
        while (left.FirstOrDefault(name => !left.Any(other => Uses.Contains((name, other))) || !left.Any(other => Uses.Contains((other, name))))
            is { } free)
            left.Remove(free);

        Assert.Empty(Uses.Where(use => left.Contains(use.Key.From) && left.Contains(use.Key.To)).Select(Sentence));
        Assert.True(Uses.Count > 80, $"only {Uses.Count} uses were found");
    }

    [Fact]
    public void The_api_calls_the_workers_in_one_place_and_no_product_shows_another_its_internals()
    {
        var calls = Files.Where(file => file.Namespace.Split('.')[0] == "Api")
            .Where(file => file.Usings.Any(used => used.StartsWith("Workers", StringComparison.Ordinal))).ToList();
        var shown = Directory.GetFiles(Sources, "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file => XDocument.Load(file).Descendants("InternalsVisibleTo")).Select(friend => friend.Attribute("Include")!.Value);

        Assert.Equal(["Workers"], Assert.Single(calls).Usings.Where(used => used.StartsWith("Workers", StringComparison.Ordinal)));
        Assert.Equal(["Pipeline.AddWorkers"], WorkersMember().Matches(calls[0].Code).Select(match => match.Value));
        Assert.All(shown, friend => Assert.True(friend.EndsWith(".Tests", StringComparison.Ordinal) || friend == "Navigator.Load", friend));
    }

    [Fact]
    public void A_file_has_the_name_of_a_type_in_it() =>
        Assert.Empty(Files.Where(file => file.Name is not "Program.cs" && !Lists.Contains(file.Name) && !file.Types.Contains(file.Name[..^3]))
            .Select(file => $"{file.Namespace}/{file.Name} has {string.Join(", ", file.Types)}"));

    private static IReadOnlyList<SourceFile> Read() =>
    [
        .. Directory.GetFiles(Sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin"))
            .Select(file => (Name: Path.GetFileName(file), Text: File.ReadAllText(file)))
            .Where(file => NamespaceLine().IsMatch(file.Text))
            .Select(file =>
            {
                var head = NamespaceLine().Match(file.Text);
                var code = Strings().Replace(Comments().Replace(UsingLine().Replace(file.Text, ""), ""), "");
                // In a block of braces a type is indented once, otherwise not at all.
                var declared = head.Groups["block"].Success ? IndentedType() : Type();
                return new SourceFile(file.Name, head.Groups["name"].Value, code,
                    [.. UsingLine().Matches(file.Text).Select(match => match.Groups["name"].Value)],
                    [.. declared.Matches(code).Select(match => match.Groups["name"].Value)]);
            }),
    ];

    /// <summary>By a using; or by naming a type of a namespace around its own, for which none is needed.</summary>
    private static IEnumerable<(string From, string To, string File)> UsedBy(SourceFile file) =>
        file.Usings.Select(Known).OfType<string>().Concat(Around(file.Namespace).Where(around => Files.Where(other => other.Namespace == around)
            .SelectMany(other => other.Types).Any(type => file.Names(type))))
            .Distinct(StringComparer.Ordinal).Where(used => used != file.Namespace).Select(used => (file.Namespace, used, file.Name));

    /// <summary>The namespace that a using means: of a static one, that of the type.</summary>
    private static string? Known(string used) =>
        Around(used + ".").FirstOrDefault(name => Files.Any(file => file.Namespace == name));

    private static IEnumerable<string> Around(string name)
    {
        for (var end = name.LastIndexOf('.'); end > 0; end = name.LastIndexOf('.', end - 1))
            yield return name[..end];
    }

    private static string ProjectOf(string name) => name.Split('.')[0];

    private static string Sentence(IGrouping<(string From, string To), string> use) =>
        $"{use.Key.From} uses {use.Key.To}: {string.Join(", ", use.Distinct(StringComparer.Ordinal))}";

    [GeneratedRegex(@"^namespace Navigator\.(?<name>[\w.]+)(?:;|(?<block>\s*\{))", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^using (?:static )?Navigator\.(?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^\s*//.*$|(?<=[\s;{}])//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex("""
        "(?:[^"\\\n]|\\.)*"
        """)]
    private static partial Regex Strings();

    [GeneratedRegex(
        @"^(?:(?:public|internal|sealed|static|abstract|readonly|partial) )*"
            + @"(?:(?:record struct|record|class|struct|interface|enum) (?<name>\w+)|delegate [^(]* (?<name>\w+)\()",
        RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(@"^    (?:(?:public|internal|sealed|static|partial) )*(?:record|class) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex IndentedType();

    [GeneratedRegex(@"\bPipeline\.\w+|\bWorkerProcess\.\w+")]
    private static partial Regex WorkersMember();

    private sealed record SourceFile(string Name, string Namespace, string Code, IReadOnlyList<string> Usings, IReadOnlyList<string> Types)
    {
        /// <summary>Does its code name a type of this name, and not a member of its own?</summary>
        public bool Names(string type) => !Types.Contains(type)
            && Regex.IsMatch(Code, $@"(?<![\w.]){type}\b", RegexOptions.None, TimeSpan.FromSeconds(1))
            && !Regex.IsMatch(Code, $@"\w[>?\]]* {type}( =|;| {{)", RegexOptions.None, TimeSpan.FromSeconds(1));
    }
}
