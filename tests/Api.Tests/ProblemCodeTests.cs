using System.Reflection;
using System.Text.RegularExpressions;
using Navigator.Contracts.Http;
using Navigator.Servers;

namespace Navigator.Api.Tests;

/// <summary>One table of codes, which docs/problems.md explains, and no code anywhere else.</summary>
public sealed partial class ProblemCodeTests
{
    private const string Table = "ProblemCode.cs";

    private static readonly IReadOnlyList<ProblemCode> Problems =
        [.. typeof(ProblemCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (ProblemCode)field.GetValue(null)!)];

    private static readonly IReadOnlyList<string> Errors =
        [.. typeof(ErrorCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void The_documentation_explains_every_problem_and_no_other()
    {
        var code = Problems.Select(problem => $"{problem.Status} {problem.Code}").Append("any http_<status>");
        var documented = Section("Problems").SelectMany(
            line => Statuses().Matches(line.Groups["first"].Value).Select(status => $"{status} {line.Groups["code"]}"));

        Assert.Equal(code.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_documentation_explains_every_error_of_jobs_and_documents_and_no_other() => Assert.Equal(
        Errors.Order(StringComparer.Ordinal),
        Section("Errors of jobs and documents").Select(line => line.Groups["code"].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_code_with_a_status_stands_in_the_table_once() => Assert.Equal(Problems.Distinct().Count(), Problems.Count);

    [Fact]
    public void No_code_is_written_out_beside_the_table()
    {
        var codes = Problems.Select(problem => problem.Code).Concat(Errors).Distinct(StringComparer.Ordinal).ToList();
        var sources = Directory.GetFiles(Path.Combine(ServerSet.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && Path.GetFileName(file) != Table).ToList();
        Assert.True(sources.Count > 200, $"only {sources.Count} files");

        var literals = sources.SelectMany(
            file => Literals().Matches(File.ReadAllText(file)).Select(literal => (Path.GetFileName(file), literal.Groups[1].Value)));

        Assert.DoesNotContain(literals, literal => codes.Contains(literal.Value));
    }

    /// <summary>The rows of a section's table: statuses or what it is about, the code, its meaning, and what to do.</summary>
    private static IEnumerable<Match> Section(string title)
    {
        var text = File.ReadAllText(Path.Combine(ServerSet.Root, "docs", "problems.md"));
        var begin = text.IndexOf($"\n## {title}\n", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"no section '{title}'");
        var end = text.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
        return Rows().Matches(end < 0 ? text[begin..] : text[begin..end]);
    }

    [GeneratedRegex("""^\| (?<first>[^|]+) \| `(?<code>[a-z_<>]+)` \| [^|]+ \| [^|]+ \|$""", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"\d{3}|any")]
    private static partial Regex Statuses();

    [GeneratedRegex("\"([a-z_]+)\"")]
    private static partial Regex Literals();
}
