using System.Diagnostics;
using System.Text.Json;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>navigator, as a person or a script calls it.</summary>
public sealed class CommandLineTests
{
    private const string Nowhere = "http://127.0.0.1:1";

    [Fact]
    public async Task Files_are_ingested_questions_answered_jobs_listed_and_failures_replayed()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(workers: 0, upstreams);
        var url = system.Client.BaseAddress!.ToString();
        var folder = Directory.CreateTempSubdirectory();
        var (good, bad) = (Path.Combine(folder.FullName, "zebra.md"), Path.Combine(folder.FullName, "picture.png"));
        await File.WriteAllTextAsync(good, "# Animals\n\nThe zebra is striped.");
        await File.WriteAllBytesAsync(bad, [0x89, 0x50, 0x4E, 0x47, 0, 0, 0]);

        var ingested = await Run(url, "ingest", good, bad);
        Assert.Equal(1, ingested.ExitCode);
        Assert.Contains("zebra.md: ready", ingested.Output, StringComparison.Ordinal);
        Assert.Contains("picture.png: not taken", ingested.Output, StringComparison.Ordinal);

        var answered = await Run(url, "ask", "Is the zebra striped?");
        Assert.Equal(0, answered.ExitCode);
        Assert.Contains("[1] ", answered.Output, StringComparison.Ordinal);

        upstreams.Set("answers", new Behaviour { Fault = Fault.Status, Status = 500 });
        var failed = await Run(url, "ask", "And the horse?", "--json");
        Assert.Equal(1, failed.ExitCode);
        Assert.Equal("answer_failed", JsonDocument.Parse(failed.Output).RootElement.GetProperty("error").GetProperty("code").GetString());
        upstreams.Set("answers", new Behaviour());

        var preview = await Run(url, "replay", "--since", "1h", "--dry-run", "--json");
        Assert.Equal((0, 1), (preview.ExitCode, JsonDocument.Parse(preview.Output).RootElement.GetProperty("matched").GetInt32()));
        var replayed = await Run(url, "replay", "--status", "failed");
        Assert.Equal(0, replayed.ExitCode);
        Assert.Contains("1 matched, 1 replayed, 0 skipped, 1 answered, 0 failed again", replayed.Output, StringComparison.Ordinal);

        var jobs = await Run(url, "jobs", "--status", "answered");
        Assert.Equal(0, jobs.ExitCode);
        Assert.Contains("Is the zebra striped?", jobs.Output, StringComparison.Ordinal);
        Assert.Contains("And the horse?", jobs.Output, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(4, "does not answer", "jobs", "--url", Nowhere)]
    [InlineData(2, "is not an address", "jobs", "--url", "nonsense")]
    [InlineData(2, "There is no file", "ingest", "/no/such/file.pdf")]
    [InlineData(2, "is no time such as 30m", "replay", "--since", "soon")]
    [InlineData(2, "See navigator --help", "ask")]
    [InlineData(2, "See navigator --help", "dance")]
    [InlineData(2, "See navigator --help", "replay", "--colour", "blue")]
    public async Task What_is_wrong_is_said_in_one_line_with_an_exit_code(int exitCode, string said, params string[] arguments)
    {
        var run = await Run(null, arguments);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(said, Assert.Single(run.Complaints.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_in_its_words()
    {
        await using var system = await NavigatorSystem.Start(workers: 0);

        var run = await Run(system.Client.BaseAddress!.ToString(), "jobs", "--status", "done");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("(invalid_status)", run.Complaints, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Complaints)> Run(string? url, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "navigator.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NAVIGATOR_URL"] = url ?? Nowhere;
        using var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, output, await complaints);
    }
}
