using System.Diagnostics.Metrics;

namespace Navigator.Workers;

/// <summary>What Navigator counts; /metrics shows it. Tags are names from the code, never a caller's words.</summary>
internal static class NavigatorMeter
{
    public const string Name = "Navigator";

    public static readonly Meter Meter = new(Name);

    public static readonly Counter<long> JobsAccepted = Meter.CreateCounter<long>("navigator.jobs.accepted", "{job}", "Jobs accepted by this process.");
    public static readonly Counter<long> JobsEnded = Meter.CreateCounter<long>("navigator.jobs.ended", "{job}", "Jobs that this process brought to their end, by status.");
    public static readonly Counter<long> JobsReplayed = Meter.CreateCounter<long>("navigator.jobs.replayed", "{job}", "Jobs that this process queued again for a replay.");
    public static readonly Counter<long> JobsRepaired = Meter.CreateCounter<long>("navigator.jobs.repaired", "{job}", "Due jobs that this process's sweeper repaired, by what it did.");
    public static readonly Counter<long> SendsFailed = Meter.CreateCounter<long>("navigator.sends.failed", "{message}", "Messages not sent, by reason; the sweeper sends them.");
    public static readonly Counter<long> ConsumersRecovered = Meter.CreateCounter<long>("navigator.consumers.recovered", "{time}", "Times that this process took up its consumers anew.");
}
