using System.Diagnostics;
using System.Globalization;

namespace Navigator.Servers;

/// <summary>
/// A RabbitMQ (or several, clustered) and a PostgreSQL for tests of failure only: they may be frozen, killed and started again
/// with their data, which the shared ones of <see cref="ServerSet"/> may not.
/// </summary>
public sealed class BreakableServers : IAsyncDisposable
{
    private readonly Dictionary<string, string> environment;
    private readonly List<int> stopping = [];

    private BreakableServers(Dictionary<string, string> environment, ServerSet set)
    {
        this.environment = environment;
        Set = set;
    }

    public ServerSet Set { get; private set; }

    /// <summary>Why there can be none on this machine; null when there can.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() || !File.Exists("/usr/bin/apt-get")
        ? "Servers that may be killed are made of Debian's packages, and this is no Debian."
        : null;

    /// <summary>Where the broker speaks TLS, when it was given certificates.</summary>
    public int TlsPort => int.Parse(environment["NAVIGATOR_AMQPS_PORT"], CultureInfo.InvariantCulture);

    /// <param name="firstPort">Of a range of 60 on loopback.</param>
    /// <param name="files">A folder with certificates and definitions for them; null for none.</param>
    public static async Task<BreakableServers> Start(string name, int firstPort, int brokers = 1, string? files = null)
    {
        string Port(int offset) => (firstPort + offset).ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>(ServerScript.PackagesOnly)
        {
            ["NAVIGATOR_STATE"] = Path.Combine(Path.GetTempPath(), $"navigator-{name}-{Environment.UserName}"),
            ["NAVIGATOR_RABBITMQ_NODES"] = brokers.ToString(CultureInfo.InvariantCulture),
            ["NAVIGATOR_AMQP_PORT"] = Port(0),
            ["NAVIGATOR_MANAGEMENT_PORT"] = Port(1),
            ["NAVIGATOR_RABBITMQ_METRICS_PORT"] = Port(2),
            ["NAVIGATOR_POSTGRES_PORT"] = Port(3),
            ["NAVIGATOR_DIST_PORT"] = Port(4),
            ["NAVIGATOR_EPMD_PORT"] = Port(5),
            ["NAVIGATOR_AMQPS_PORT"] = Port(6),
            ["NAVIGATOR_SERVER_FILES"] = files ?? "",
            // What is killed is a process: the kernel keeps what it wrote. Synced, a slow disk would decide how long each outage is.
            // As many as a small installation has: to fill them is a fault of its own, and a hundred are filled sooner than three.
            ["NAVIGATOR_POSTGRES_OPTIONS"] = "-c fsync=off -c max_connections=100",
        };
        // Whatever an earlier run, stopped in the middle, has left frozen.
        await ServerScript.Run(environment, "down");
        return new BreakableServers(environment, new ServerSet(await ServerScript.Up(environment)));
    }

    public void Freeze(string server) => Signal(server, "STOP");

    public void Thaw(string server) => Signal(server, "CONT");

    /// <summary>kill -9; <see cref="Restart"/> brings it back.</summary>
    public void Kill(string server) => Signal(server, "KILL");

    /// <summary>An orderly shutdown, which takes its time; <see cref="Restart"/> waits for its end.</summary>
    public void Stop(string server)
    {
        Signal(server, "INT");
        stopping.Add(Set.Processes[server]);
    }

    /// <summary>Start again, with its data, what does not run.</summary>
    public async Task Restart()
    {
        // A PostgreSQL that is shutting down still takes connections: it would be taken for one that runs.
        var patience = Stopwatch.StartNew();
        while (stopping.Any(IsAlive))
        {
            if (patience.Elapsed > TimeSpan.FromMinutes(1))
                throw new TimeoutException($"A server did not stop in a minute. {LastWords()}");
            await Task.Delay(50);
        }
        stopping.Clear();
        Set = new ServerSet(await ServerScript.Up(environment));
    }

    /// <summary>rabbitmqctl.</summary>
    public Task<string> Ctl(params string[] arguments) => ServerScript.Run(environment, ["ctl", .. arguments]);

    /// <summary>The last words of each server, for a test that fails.</summary>
    public string LastWords() => string.Join('\n', Directory.GetFiles(environment["NAVIGATOR_STATE"], "*.log")
        .Select(log => $"{Path.GetFileName(log)}: {string.Join('\n', File.ReadLines(log).TakeLast(5))}"));

    public async ValueTask DisposeAsync() => await ServerScript.Run(environment, "down");

    /// <summary>To the server's processes, not to the sandbox around them: whose end would end them without a word.</summary>
    private void Signal(string server, string signal)
    {
        var sandbox = Set.Processes[server];
        var inside = Descendants(sandbox).Skip(1).ToList();
        List<int> targets = signal switch
        {
            "KILL" => [sandbox, .. inside],
            // PostgreSQL's first process tells the others.
            "INT" => [inside.First(id => !File.ReadAllText($"/proc/{id}/comm").StartsWith("bwrap", StringComparison.Ordinal))],
            _ => inside,
        };
        using var kill = Process.Start("kill", [$"-{signal}", .. targets.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    /// <summary>A process that has ended and that nobody has waited for has no command line any more.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static IEnumerable<int> Descendants(int process)
    {
        string children;
        try
        {
            children = File.ReadAllText($"/proc/{process}/task/{process}/children");
        }
        catch (IOException)
        {
            yield break; // gone meanwhile
        }
        foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)))
        {
            yield return child;
            foreach (var grandchild in Descendants(child))
                yield return grandchild;
        }
    }
}
