using System.Text.RegularExpressions;
using Navigator.Servers;

namespace Navigator.Workers.Tests;

/// <summary>No test falls out of both lanes: make test runs all of them, and make quick leaves out what is marked and nothing else.</summary>
public sealed partial class LaneTests
{
    private static readonly string Makefile = Read("Makefile");

    /// <summary>The folders below tests whose project is one of tests.</summary>
    private static readonly IReadOnlyList<string> Projects =
    [
        .. Directory.GetFiles(Path.Combine(ServerSet.Root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(ServerSet.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void The_full_lane_is_every_test_project_of_the_repository_without_a_filter()
    {
        var solution = Read("Navigator.sln").Replace('\\', '/');
        Assert.NotEmpty(Projects);
        Assert.All(Projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));

        foreach (var command in new[] { CommandsOf("test"), Read(".ci/run") }
            .SelectMany(text => text.Split('\n')).Where(line => line.TrimStart().StartsWith("dotnet test", StringComparison.Ordinal)))
            Assert.Matches(@"^\s*dotnet test --logger trx --results-directory artifacts/tests( 2>&1 \| tee .*)?$", command);
    }

    [Fact]
    public void The_quick_lane_leaves_out_what_is_marked_and_nothing_else()
    {
        Assert.Equal("Needs!=Servers&Needs!=Time", VariableOf("quick_filter"));
        var quick = VariableOf("quick_projects").Split(' ').Select(name => $"tests/{name}/{name}.csproj").ToList();

        Assert.All(quick, project => Assert.Contains(project, Projects));
        Assert.All(
            Projects.Except(quick),
            project => Assert.Contains("[assembly: AssemblyTrait(\"Needs\", \"Servers\")]", SourcesOf(project), StringComparison.Ordinal));
    }

    /// <summary>A mark with another word would look like one, and leave out nothing.</summary>
    [Fact]
    public void A_mark_says_servers_or_time()
    {
        var marks = Projects.SelectMany(project => Mark().Matches(SourcesOf(project))).Select(match => match.Value).ToList();

        Assert.NotEmpty(marks);
        Assert.All(marks, mark => Assert.Matches("""Trait\("Needs", "(Servers|Time)"\)$""", mark));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(ServerSet.Root, path));

    private static string CommandsOf(string target) =>
        string.Join('\n', Makefile.Split('\n').SkipWhile(line => !line.StartsWith($"{target}:", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => line.StartsWith('\t')));

    private static string VariableOf(string name) =>
        Makefile.Split('\n').Single(line => line.StartsWith($"{name} := ", StringComparison.Ordinal)).Split(" := ")[1];

    private static string SourcesOf(string project) => string.Join('\n',
        Directory.GetFiles(Path.GetDirectoryName(Path.Combine(ServerSet.Root, project))!, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && Path.GetFileName(file) != "LaneTests.cs")
            .Select(File.ReadAllText));

    [GeneratedRegex(@"Trait\([^)\n]*\)", RegexOptions.None, 10_000)]
    private static partial Regex Mark();
}
