using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Navigator.Processes;

/// <summary>The API or a worker as users start it: a process of its own.</summary>
internal sealed partial class NavigatorProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();

    /// <param name="name">Navigator.Api or Navigator.Workers, beside the tests.</param>
    public NavigatorProcess(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Not the repository: whatever a process needs it must find beside itself.
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (key, value) in Settings(environment))
            start.Environment[key] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What applies to every test that does not say otherwise, and what this one says.</summary>
    public static Dictionary<string, string> Settings(IReadOnlyDictionary<string, string> environment)
    {
        // Unless a test is about what is kept: not in the home directory of the person who runs the tests.
        var settings = new Dictionary<string, string> { ["Data__Directory"] = ":memory:" };
        // The local model does not lie beside the tests, and their expectations are older than it.
        if (!environment.ContainsKey("OpenAI__ApiKey"))
            settings["Embeddings__Model"] = "words";
        foreach (var (key, value) in environment)
            settings[key] = value;
        return settings;
    }

    public string Output => string.Join('\n', output);

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int Threads => Status("Threads:");

    /// <summary>Open sockets: to callers, models, broker and database.</summary>
    public int Sockets
    {
        get
        {
            try
            {
                return Directory.GetFiles($"/proc/{process.Id}/fd")
                    .Count(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name.StartsWith("socket:",
                        StringComparison.Ordinal) == true);
            }
            catch (IOException)
            {
                return 0; // it has ended
            }
        }
    }

    /// <summary>Resident memory, in MB.</summary>
    public int MemoryMb => Status("VmRSS:") / 1024;

    /// <summary>Where an API that was given port 0 listens, which it says when it has started.</summary>
    public async Task<Uri> UntilListening(TimeSpan limit)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < limit && !process.HasExited; await Task.Delay(50))
        {
            if (Listening().Match(Output) is { Success: true } said)
                return new Uri(said.Groups["url"].Value);
        }
        throw new TimeoutException($"The API does not listen: {Output}");
    }

    /// <summary>Until it has stopped itself, as its fail point said.</summary>
    public async Task UntilFrozen()
    {
        for (var i = 0; i < 600; i++)
        {
            if (File.ReadAllText($"/proc/{process.Id}/stat").Contains(") T ", StringComparison.Ordinal))
                return;
            await Task.Delay(100);
        }
        throw new TimeoutException("The process did not come to its fail point within a minute.");
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>kill -TERM. Returns the exit code.</summary>
    public async Task<int> Stop()
    {
        if (!process.HasExited)
            await Signal("TERM");
        return await Exit();
    }

    public async Task Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The exit code, once it has ended by itself.</summary>
    public async Task<int> Exit()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await Kill();
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
            output.Enqueue(line);
    }

    /// <summary>Of the greeting, or of the line in the log.</summary>
    [GeneratedRegex(@"(^  Page +|""Url"":"")(?<url>http://127\.0\.0\.1:[1-9][0-9]*)", RegexOptions.Multiline, 10_000)]
    private static partial Regex Listening();

    private int Status(string field) => int.Parse(
        File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
