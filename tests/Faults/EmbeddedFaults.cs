using System.Diagnostics;
using Navigator.Servers;
using Navigator.Upstreams;
using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

/// <summary>One process on one file, under the same load as the others and judged by the same checker.</summary>
public sealed class EmbeddedFaults(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("navigator-faults-");

    public void Dispose() => data.Delete(recursive: true);

    [Fact]
    public Task The_process_is_killed_again_and_again() => Run(
        data.FullName,
        async stage =>
        {
            for (var i = 0; i < (Scenario.Long ? 20 : 4); i++)
            {
                // A start takes some seconds of both processors here: with fewer between two kills nobody is ever served.
                await Task.Delay(stage.Random.Next(300, Scenario.Long ? 8_000 : 3_000));
                await stage.History.WithoutDatabase(async () =>
                {
                    await stage.System.Process.Kill();
                    await stage.System.Start();
                });
            }
        });

    [TmpfsFact]
    public async Task The_disk_is_full_for_a_while()
    {
        var disk = Directory.CreateDirectory(Path.Combine(data.FullName, "disk")).FullName;
        await using var mounted = await Tmpfs.Mount(disk, "size=48m");
        await Run(
            disk,
            async stage =>
            {
                var filling = Path.Combine(disk, "filling");
                await stage.History.WithoutDatabase(async () =>
                {
                    await using (var file = new FileStream(filling, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
                        Fill(file);
                    await Task.Delay(Scenario.Long ? 20_000 : 5_000);
                    File.Delete(filling);
                });
                Assert.Contains(stage.History.Calls, call => call is { Method: "POST", Outcome: "503" });
                Assert.False(stage.System.Process.HasExited);
            });
    }

    [TmpfsFact]
    public async Task A_directory_that_can_only_be_read_is_named_and_left_alone()
    {
        var disk = Directory.CreateDirectory(Path.Combine(data.FullName, "disk")).FullName;
        await using var mounted = await Tmpfs.Mount(disk, "ro");
        await using var process = new NavigatorProcess("Navigator.Api", new Dictionary<string, string> { ["Data__Directory"] = disk });

        Assert.Equal(1, await process.Exit());
        Assert.StartsWith($"Navigator cannot start: {disk} cannot be written (", Assert.Single(process.Output.Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>What a scenario can touch.</summary>
    private sealed record Stage(Embedded System, History History, Random Random);

    private Task Run(string directory, Func<Stage, Task> @break) => Task.Run(async () =>
    {
        output.WriteLine($"NAVIGATOR_FAULTS_SEED={Scenario.Seed}{(Scenario.Long ? " NAVIGATOR_FAULTS=long" : "")}");
        var random = new SharedRandom(Scenario.Seed);
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("answers", new Behaviour { LatencyMs = 300 });
        await using var system = new Embedded(directory, upstreams);
        await system.Start();
        var history = new History();
        await using var load = new Load(system.Url, history, random) { PerSecond = Scenario.Long ? 20 : 15 };
        load.Begin();
        await Task.Delay(TimeSpan.FromSeconds(2));
        await @break(new Stage(system, history, random));
        await Task.Delay(TimeSpan.FromSeconds(2));
        await load.End(TimeSpan.FromSeconds(Scenario.Long ? 75 : 120));
        var burst = await load.Burst(30);
        await load.ReadAgain(history.Jobs);

        output.WriteLine($"{history.Summary()}; afterwards 30 at once took {burst.TotalSeconds:0.0} s");
        // A process that was killed may have been answering: attempts × tries, as in the policy.
        var violations = Checker.Check(
            history, LedgerRow.ReadSqlite(Path.Combine(directory, "navigator.db")), upstreams.CallsPerCase("answers"), 6, Scenario.Slack);
        Assert.True(
            violations.Count == 0, $"seed {Scenario.Seed}, {violations.Count} violations:\n{string.Join('\n', violations.Take(20))}");
    });

    /// <summary>Until not one byte more fits.</summary>
    private static void Fill(FileStream file)
    {
        var block = new byte[65_536];
        while (true)
        {
            try
            {
                file.Write(block);
                file.Flush();
            }
            catch (IOException) when (block.Length > 1)
            {
                block = new byte[block.Length / 2];
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    /// <summary>An embedded Navigator that can be started again on the same port and file.</summary>
    private sealed class Embedded(string directory, UpstreamServer upstreams) : IAsyncDisposable
    {
        private readonly int port = FixedPort.Take();

        public NavigatorProcess Process { get; private set; } = null!;

        public Uri Url => new($"http://127.0.0.1:{port}");

        public async Task Start()
        {
            if (Process is not null)
                await Process.DisposeAsync();
            Process = new NavigatorProcess(
                "Navigator.Api",
                new Dictionary<string, string>
                {
                    ["DOTNET_TieredPGO"] = "0",
                    ["Data__Directory"] = directory,
                    ["Keys__default"] = NavigatorDatabase.Key,
                    ["OpenAI__ApiKey"] = "test",
                    ["OpenAI__BaseUrl"] = upstreams.OpenAi.ToString(),
                    ["Concurrency__Upstreams__moderations__RatePerMinute"] = "",
                    ["Concurrency__Upstreams__plans__RatePerMinute"] = "",
                    ["Concurrency__Upstreams__embeddings__RatePerMinute"] = "",
                    ["Concurrency__Upstreams__answers__RatePerMinute"] = "",
                    ["Concurrency__Job__Deadline"] = "1m",
                    ["Concurrency__Admission__QueueDepth"] = "100000",
                    ["Concurrency__Admission__TenantUnfinished"] = "100000",
                    ["Concurrency__Http__TenantRequestsPerSecond"] = "100000",
                },
                "--urls", Url.ToString());
            using var http = new HttpClient();
            for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(50))
            {
                try
                {
                    using var response = await http.GetAsync(new Uri(Url, "/health/ready"));
                    if (response.IsSuccessStatusCode)
                        return;
                }
                catch (HttpRequestException)
                {
                    // It does not listen yet.
                }
                Assert.False(Process.HasExited, Process.Output);
            }
            Assert.Fail($"Not ready after a minute: {Process.Output}");
        }

        public ValueTask DisposeAsync() => Process?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
