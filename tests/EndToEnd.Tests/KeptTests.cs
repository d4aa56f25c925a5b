using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>Embedded, in one process on one file: what it was given outlives the process.</summary>
public sealed class KeptTests : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("navigator-kept-");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public async Task Killed_in_the_middle_of_fifty_questions_it_goes_on_where_it_was()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(0, upstreams, ("Data__Directory", data.FullName));
        var document = await system.Ingest("zebra.md", Encoding.UTF8.GetBytes("# Animals\n\nThe zebra is striped."), TimeSpan.FromSeconds(30));
        upstreams.Set("answers", new Behaviour { LatencyMs = 1_000 });
        var jobs = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => system.Submit(new { question = $"Is the zebra striped, number {i}?" })));
        await Eventually.Holds(() => upstreams.CallsOf("answers") >= 20);

        await system.Api.Kill();
        var asked = upstreams.CallsOf("answers");
        await system.StartAgain();

        var kept = await system.Client.GetFromJsonAsync<JsonElement>($"/v1/documents/{document.GetProperty("id").GetString()}");
        Assert.Equal("ready", kept.GetProperty("status").GetString());
        foreach (var job in jobs)
        {
            var end = await system.End(job, TimeSpan.FromSeconds(60));
            Assert.Equal("answered", end.GetProperty("status").GetString());
            Assert.Equal(document.GetProperty("id").GetString(),
                end.GetProperty("answer").GetProperty("citations")[0].GetProperty("document_id").GetString());
        }
        // Who was being answered when it died is answered again, and nobody else is.
        Assert.InRange(upstreams.CallsOf("answers"), 50, asked + 50);
        // And the document was not read anew.
        Assert.Single(upstreams.RequestsTo("embeddings"), request => request.Contains("Animals", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_answered_is_there_after_an_orderly_stop_and_so_is_what_was_deleted_not()
    {
        await using var system = await NavigatorSystem.StartProcesses(0, null, ("Data__Directory", data.FullName));
        var document = await system.Ingest("notes.md", Encoding.UTF8.GetBytes("# Notes\n\nThe quagga is extinct."), TimeSpan.FromSeconds(30));
        var answered = await system.Ask("Is the quagga extinct?");
        var samples = await system.Client.GetFromJsonAsync<JsonElement>("/v1/documents");
        foreach (var sample in samples.GetProperty("data").EnumerateArray().Select(each => each.GetProperty("id").GetString())
            .Where(id => id != document.GetProperty("id").GetString()))
            (await system.Client.DeleteAsync(new Uri($"/v1/documents/{sample}", UriKind.Relative))).EnsureSuccessStatusCode();
        Assert.Equal(0, await system.Api.Stop());

        await system.StartAgain();

        Assert.Contains(Path.Combine(data.FullName, "navigator.db"), system.Api.Output, StringComparison.Ordinal);
        var again = await system.Client.GetFromJsonAsync<JsonElement>(answered.GetProperty("links").GetProperty("self").GetString());
        Assert.Equal(answered.GetProperty("answer").ToString(), again.GetProperty("answer").ToString());
        var documents = await system.Client.GetFromJsonAsync<JsonElement>("/v1/documents");
        var left = Assert.Single(documents.GetProperty("data").EnumerateArray());
        Assert.Equal(document.GetProperty("id").GetString(), left.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_second_process_is_told_which_one_has_the_directory()
    {
        await using var system = await NavigatorSystem.StartProcesses(0, null, ("Data__Directory", data.FullName));

        await using var second = new NavigatorProcess(
            "Navigator.Api", new Dictionary<string, string> { ["Data__Directory"] = data.FullName }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await second.Exit());
        Assert.Equal(
            $"Navigator cannot start: {data.FullName} is used by another Navigator (process "
                + $"{system.Api.Id.ToString(CultureInfo.InvariantCulture)} on {Environment.MachineName}). "
                + "Stop that one, or name another directory with Data__Directory.",
            second.Output);
    }

    [Theory]
    [InlineData("/proc/navigator", "/proc/navigator cannot be written (")]
    [InlineData("/dev/null", "/dev/null cannot be written (")]
    public async Task A_directory_that_cannot_be_written_is_named(string directory, string expected)
    {
        await using var process = new NavigatorProcess(
            "Navigator.Api", new Dictionary<string, string> { ["Data__Directory"] = directory }, "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await process.Exit());
        Assert.StartsWith($"Navigator cannot start: {expected}", Assert.Single(process.Output.Split('\n')), StringComparison.Ordinal);
    }
}
