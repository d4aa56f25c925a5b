using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Navigator.Servers;

/// <summary>A Prometheus of a test's own, from the folder of <c>compose/services.sh prometheus</c>. Its data is deleted with it.</summary>
public sealed partial class PrometheusServer : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly string folder;
    private HttpClient client = new();

    private PrometheusServer(string program, string folder)
    {
        this.folder = folder;
        var start = new ProcessStartInfo(
            program,
            [
                $"--config.file={Path.Combine(folder, "prometheus.yaml")}", $"--storage.tsdb.path={Path.Combine(folder, "data")}",
                "--web.listen-address=127.0.0.1:0",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private string Output => string.Join('\n', output);

    /// <summary>Runs promtool. Returns its exit code and all that it wrote.</summary>
    public static async Task<(int ExitCode, string Output)> Promtool(params string[] arguments)
    {
        var start = new ProcessStartInfo(await Program("promtool"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var tool = Process.Start(start)!;
        var complaints = tool.StandardError.ReadToEndAsync();
        var said = await tool.StandardOutput.ReadToEndAsync();
        await tool.WaitForExitAsync();
        return (tool.ExitCode, said + await complaints);
    }

    /// <param name="configuration">prometheus.yaml.</param>
    /// <param name="files">Further files, by the names that <paramref name="configuration"/> gives them.</param>
    public static async Task<PrometheusServer> Start(string configuration, params (string Name, string Content)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("navigator-prometheus-").FullName;
        foreach (var (name, content) in files.Append(("prometheus.yaml", configuration)))
            await File.WriteAllTextAsync(Path.Combine(folder, name), content);
        var server = new PrometheusServer(await Program("prometheus"), folder);
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(1) && !server.process.HasExited; await Task.Delay(100))
        {
            var words = server.Output;
            if (!words.Contains("Server is ready", StringComparison.Ordinal) || Listening().Match(words) is not { Success: true } said)
                continue;
            server.client = new HttpClient { BaseAddress = new Uri($"http://{said.Groups["address"].Value}/") };
            return server;
        }
        var last = server.Output;
        await server.DisposeAsync();
        throw new InvalidOperationException($"Prometheus did not start: {last}");
    }

    /// <summary>The series of an instant query. Throws with Prometheus's own words if the query is wrong.</summary>
    public async Task<IReadOnlyList<JsonElement>> Query(string expression)
    {
        using var response = await client.PostAsync(
            new Uri("api/v1/query", UriKind.Relative), new FormUrlEncodedContent([KeyValuePair.Create("query", expression)]));
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.GetProperty("status").GetString() == "success"
            ? [.. answer.GetProperty("data").GetProperty("result").EnumerateArray()]
            : throw new InvalidOperationException($"{expression}: {answer.GetProperty("error").GetString()}");
    }

    /// <summary>The alerts that are pending or fire.</summary>
    public async Task<IReadOnlyList<ActiveAlert>> Alerts()
    {
        var answer = await client.GetFromJsonAsync<JsonElement>("api/v1/rules?type=alert");
        return
        [
            .. answer.GetProperty("data").GetProperty("groups").EnumerateArray()
                .SelectMany(group => group.GetProperty("rules").EnumerateArray())
                .SelectMany(rule => rule.GetProperty("alerts").EnumerateArray().Select(alert => new ActiveAlert(
                    rule.GetProperty("name").GetString()!, alert.GetProperty("state").GetString() == "firing",
                    TimeSpan.FromSeconds(rule.GetProperty("duration").GetDouble())))),
        ];
    }

    /// <summary>The names of metrics (label <c>__name__</c>), or of labels (null).</summary>
    public async Task<IReadOnlySet<string>> Names(string? label)
    {
        var answer = await client.GetFromJsonAsync<JsonElement>(label is null ? "api/v1/labels" : $"api/v1/label/{label}/values");
        return answer.GetProperty("data").EnumerateArray().Select(name => name.GetString()!).ToHashSet();
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> Program(string name) =>
        Path.Combine((await ServerScript.Run(new Dictionary<string, string>(), "prometheus")).Trim(), name);

    [GeneratedRegex(@"msg=""Listening on""[^\n]* address=(?<address>127\.0\.0\.1:[1-9]\d*)", RegexOptions.None, 10_000)]
    private static partial Regex Listening();
}

/// <summary>An alert that is pending or fires.</summary>
/// <param name="For">How long its cause must last before it fires.</param>
public sealed record ActiveAlert(string Name, bool Fires, TimeSpan For);
