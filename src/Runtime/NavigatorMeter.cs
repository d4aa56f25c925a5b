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
    public static readonly Counter<long> JobsDegraded = Meter.CreateCounter<long>("navigator.jobs.degraded", "{note}",
        "Notes about what is missing from an ended job, by the part that is missing.");
    public static readonly Histogram<int> JobAttempts = Meter.CreateHistogram("navigator.job.attempts", "{attempt}",
        "Attempts that an ended job needed. More than one means a lost worker.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 3, 5, 10] });
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
    public static readonly Histogram<double> UpstreamSeconds = Seconds("navigator.upstream.duration",
        "Duration of one try of a call to an upstream, with the waits for its rate and a permit.");
    public static readonly Counter<long> SendsFailed = Meter.CreateCounter<long>("navigator.sends.failed", "{message}",
        "Messages not sent, by reason; the sweeper sends them.");
    public static readonly Counter<long> ConsumersRecovered =
        Meter.CreateCounter<long>("navigator.consumers.recovered", "{time}", "Restarts of this process's consumers.");

    public static readonly Counter<long> DocumentsEnded = Meter.CreateCounter<long>("navigator.documents.ended", "{document}",
        "Documents that became ready or failed, by status and code.");
    public static readonly Counter<long> PassagesCut = Meter.CreateCounter<long>("navigator.passages.cut", "{passage}",
        "Passages that documents were cut into.");
    public static readonly Histogram<double> RetrievalSeconds = Seconds("navigator.retrieval.duration",
        "Duration of a search for passages, by step: search, read.");
    public static readonly Histogram<int> RetrievalHits = Meter.CreateHistogram("navigator.retrieval.hits", "{passage}",
        "Passages that a leg found for one query: lexical, vector.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 20, 50, 100] });

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
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 30, 60, 120],
        });
}
