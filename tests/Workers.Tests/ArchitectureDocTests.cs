using System.Text.RegularExpressions;
using Navigator.Servers;

namespace Navigator.Workers.Tests;

/// <summary>docs/architecture.md walks through the code. What it names must exist, and the walk of a question must stay short.</summary>
public partial class ArchitectureDocTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(ServerSet.Root, "docs", "architecture.md"));

    [Fact]
    public void Every_file_and_method_of_the_walks_exists()
    {
        var steps = Steps().Matches(Text).Select(step => (File: step.Groups["file"].Value, Method: step.Groups["method"].Value)).ToList();
        var missing = Named().Matches(Text).Select(named => named.Groups["file"].Value).Where(file => !File.Exists(Full(file)))
            .Concat(steps.Where(step => File.Exists(Full(step.File)) && !Declares(step.File, step.Method))
                .Select(step => $"{step.File} {step.Method}"));

        Assert.InRange(steps.Count, 30, 60);
        Assert.Empty(missing);
    }

    [Fact]
    public void A_question_passes_through_at_most_25_files_and_the_reader_opens_none_more_than_twice()
    {
        var walk = Text[Text.IndexOf("## A question", StringComparison.Ordinal)..Text.IndexOf("## An upload", StringComparison.Ordinal)];
        var files = Steps().Matches(walk).GroupBy(step => step.Groups["file"].Value).ToDictionary(file => file.Key, file => file.Count());

        Assert.InRange(files.Count, 15, 25);
        Assert.All(files, file => Assert.InRange(file.Value, 1, 2));
    }

    private static string Full(string file) => Path.Combine(ServerSet.Root, file);

    private static bool Declares(string file, string method) => File.ReadLines(Full(file)).Any(line =>
        Declaration().IsMatch(line) && Regex.IsMatch(line, $@"[\s.>\]]{method}(<\w+>)?\(", RegexOptions.None, TimeSpan.FromSeconds(10)));

    [GeneratedRegex(@"`(?<file>src/[\w/.]+\.cs)` `(?<method>\w+)`", RegexOptions.None, 10_000)]
    private static partial Regex Steps();

    [GeneratedRegex(@"`(?<file>(src|tests)/[\w/.]+\.cs)`", RegexOptions.None, 10_000)]
    private static partial Regex Named();

    [GeneratedRegex(@"^\s+(public|internal|private|protected)\b.*\(", RegexOptions.None, 10_000)]
    private static partial Regex Declaration();
}
