using Navigator.Faults.Tests;
using Navigator.Upstreams;

namespace Navigator.Endurance;

/// <summary>A fault as it was: from its first moment until all was mended.</summary>
internal sealed record FaultMoment(string Name, DateTimeOffset From, DateTimeOffset To);

/// <summary>
/// Faults one after the other, each chosen by the seed, and mended after some seconds. Worker 2 is never killed, so that its memory shows what
/// a long life does to a worker.
/// </summary>
internal sealed class RandomFaults(WholeSystem system, History history, Random random)
{
    private const string Broker = "rabbitmq1", Database = "postgres";

    /// <summary>Seconds of peace between two faults, at least and at most.</summary>
    private const int ShortestPeace = 15, LongestPeace = 60;

    /// <summary>A fault must be over so long before the end, so that its effects are measured too.</summary>
    private static readonly TimeSpan LastPeace = TimeSpan.FromSeconds(30);

    private readonly List<FaultMoment> moments = [];

    /// <summary>Each fault once, in an order of its own, before any comes again.</summary>
    private Queue<(string Name, Func<TimeSpan, Task> Happen)> deck = [];

    private (string Name, Func<TimeSpan, Task> Happen)[] All =>
    [
        ("worker 1 killed", KillWorker),
        ("worker 1 frozen", FreezeWorker),
        ("broker killed", length => KillServer(Broker, length / 2)),
        ("broker frozen", length => FreezeServer(Broker, length)),
        ("PostgreSQL killed", length => history.WithoutDatabase(() => KillServer(Database, length / 4))),
        ("PostgreSQL frozen", length => history.WithoutDatabase(() => FreezeServer(Database, length / 2))),
        ("workers cut off from the broker", length => Cut(system.Deployment.BrokerLine, length / 2)),
        ("Tavily hangs", length => Behave("search", new Behaviour { Fault = Fault.BlackHole }, length)),
        ("Tavily answers 503", length => Behave("search", new Behaviour { Fault = Fault.Status, Status = 503 }, length)),
        ("answers: 429", length => Behave("answers", new Behaviour { Fault = Fault.Status, Status = 429, RetryAfter = "2" }, length / 2)),
        ("answers: 500", length => Behave("answers", new Behaviour { Fault = Fault.Status, Status = 500 }, length / 2)),
        ("answers take 5 s", length => Behave("answers", new Behaviour { LatencyMs = 5_000 }, length)),
        ("embeddings: 429", length => Behave("embeddings", new Behaviour { Fault = Fault.Status, Status = 429, RetryAfter = "2" }, length / 2)),
    ];

    /// <summary>The faults so far.</summary>
    public IReadOnlyList<FaultMoment> Moments => moments;

    /// <summary>Until the time is over, or the token ends it. A fault that has begun is mended first.</summary>
    public async Task Run(TimeSpan length, CancellationToken token)
    {
        var end = DateTimeOffset.UtcNow + length;
        while (true)
        {
            var (peace, lasts) = (TimeSpan.FromSeconds(random.Next(ShortestPeace, LongestPeace)), TimeSpan.FromSeconds(random.Next(5, 25)));
            if (deck.Count == 0)
                deck = new Queue<(string Name, Func<TimeSpan, Task> Happen)>(Shuffled());
            var (name, happen) = deck.Dequeue();
            if (DateTimeOffset.UtcNow + peace + lasts + LastPeace > end)
                break;
            await Task.Delay(peace, token);
            var from = DateTimeOffset.UtcNow;
            await happen(lasts);
            // A process that gives itself up is started again, as its supervisor does.
            await system.Deployment.StartEnded();
            moments.Add(new FaultMoment(name, from, DateTimeOffset.UtcNow));
            Console.WriteLine(FormattableString.Invariant($"{from:HH:mm:ss}  {name}, {(moments[^1].To - from).TotalSeconds:0} s"));
        }
        if (end > DateTimeOffset.UtcNow)
            await Task.Delay(end - DateTimeOffset.UtcNow, token);
    }

    private (string Name, Func<TimeSpan, Task> Happen)[] Shuffled()
    {
        var all = All;
        random.Shuffle(all);
        return all;
    }

    private async Task KillWorker(TimeSpan length)
    {
        await system.Deployment.Workers[0].Kill();
        await Task.Delay(length);
    }

    private async Task FreezeWorker(TimeSpan length)
    {
        await system.Deployment.Workers[0].Signal("STOP");
        await Task.Delay(length);
        await system.Deployment.Workers[0].Signal("CONT");
    }

    private async Task KillServer(string server, TimeSpan length)
    {
        system.Servers.Kill(server);
        await Task.Delay(length);
        await system.Servers.Restart();
    }

    private async Task FreezeServer(string server, TimeSpan length)
    {
        system.Servers.Freeze(server);
        await Task.Delay(length);
        system.Servers.Thaw(server);
    }

    private static async Task Cut(TcpProxy line, TimeSpan length)
    {
        line.Line = Line.Cut;
        await Task.Delay(length);
        line.Line = Line.Open;
    }

    private async Task Behave(string upstream, Behaviour behaviour, TimeSpan length)
    {
        system.Deployment.Upstreams.Set(upstream, behaviour);
        await Task.Delay(length);
        system.Deployment.Upstreams.Set(upstream, WholeSystem.Usual(upstream));
    }
}
