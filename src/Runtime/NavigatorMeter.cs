using System.Diagnostics.Metrics;

namespace Navigator.Runtime;

/// <summary>
/// Navigator's metrics at /metrics. Tags are names from the code, never a caller's text. Gauges read objects of their host. They are therefore
/// created on a meter of the host's <see cref="IMeterFactory"/> (<see cref="OfHost"/>) and end with it.
/// </summary>
public static class NavigatorMeter
{
    public const string Name = "Navigator";

    public static readonly Meter Meter = new(Name);

    public static readonly Counter<long> JobsAccepted = Meter.CreateCounter<long>("navigator.jobs.accepted", "{job}",
        "Jobs accepted by this process.");
    public static readonly Counter<long> JobsEnded = Meter.CreateCounter<long>("navigator.jobs.ended", "{job}",
        "Jobs that this process ended, by status.");
    public static readonly Counter<long> JobsReplayed = Meter.CreateCounter<long>("navigator.jobs.replayed", "{job}",
        "Jobs that this process queued again for a replay.");
    public static readonly Counter<long> JobsRepaired = Meter.CreateCounter<long>("navigator.jobs.repaired", "{job}",
        "Due jobs that this process's sweeper repaired, by repair.");
    public static readonly Histogram<double> JobSeconds = Seconds("navigator.job.duration",
        "Duration of a job's parts: queue, intake, tools, answer, all.");
    public static readonly Counter<long> JobsLate = Meter.CreateCounter<long>("navigator.jobs.late", "{job}",
        "Jobs of which a part took longer than its target.");
    public static readonly Histogram<double> StageSeconds = Seconds("navigator.stage.duration", "Duration of a queue's messages, without the wait.");
    public static readonly Counter<long> StagesLate = Meter.CreateCounter<long>("navigator.stages.late", "{message}",
        "Messages that took longer than their queue's target.");
    public static readonly Counter<long> ContinuedInline =
        Meter.CreateCounter<long>("navigator.jobs.continued_inline", "{time}", "Inline continuations instead of a message.");
    public static readonly Counter<long> CircuitChanged = Meter.CreateCounter<long>("navigator.circuit.changed", "{time}",
        "Times that an upstream's circuit breaker went into a state.");
    public static readonly Counter<double> CircuitSeconds =
        Meter.CreateCounter<double>("navigator.circuit.time", "s",
            "Time that an upstream's circuit breaker spent in a state, counted when it leaves it.");
    public static readonly Counter<long> SendsFailed = Meter.CreateCounter<long>("navigator.sends.failed", "{message}",
        "Messages not sent, by reason; the sweeper sends them.");
    public static readonly Counter<long> ConsumersRecovered =
        Meter.CreateCounter<long>("navigator.consumers.recovered", "{time}", "Restarts of this process's consumers.");

    public static readonly Counter<long> WebhooksSent = Meter.CreateCounter<long>("navigator.webhooks.sent", "{delivery}",
        "Webhook deliveries, by outcome.");
    public static readonly Counter<long> QuestionsScreened =
        Meter.CreateCounter<long>("navigator.questions.screened", "{question}", "Screened questions, by verdict.");
    public static readonly Counter<long> CitationsDropped = Meter.CreateCounter<long>("navigator.citations.dropped", "{citation}",
        "Citations of models that were dropped because their quote is not in the source.");
    private static readonly Counter<long> FallBacks = Meter.CreateCounter<long>("navigator.agents.fell_back", "{time}",
        "Times that rules did a model's work, by agent and kind of failure.");

    /// <summary>The meter of one host's gauges.</summary>
    public static Meter OfHost(IMeterFactory meters) => meters.Create(Name);

    /// <param name="agent">translation, screening, planning or answer.</param>
    /// <param name="reason">The kind of the upstream's failure.</param>
    public static void FellBack(string agent, string reason) => FallBacks.Add(
        1, KeyValuePair.Create("agent", (object?)agent), KeyValuePair.Create("reason", (object?)reason));

    /// <summary>Histogram buckets from a cache hit to a deadline.</summary>
    private static Histogram<double> Seconds(string name, string description) => Meter.CreateHistogram(
        name, "s", description, tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 2, 5, 10, 30, 60, 120] });
}
