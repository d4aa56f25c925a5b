using System.Diagnostics;
using System.Globalization;
using MassTransit;
using MassTransit.RabbitMqTransport;

namespace Navigator.Runtime.Flow;

/// <summary>
/// Points where the fault suite can break a process. NAVIGATOR_FAIL_POINT=after-claim:3 kills the process when it reaches the point for the
/// third time, like kill -9. after-claim:3:freeze stops it there until it is resumed. Inactive unless that variable is set.
/// </summary>
public static class FailPoint
{
    public const string AfterAcceptance = "after-acceptance";
    public const string AfterClaim = "after-claim";
    public const string AfterUpstream = "after-upstream";
    public const string AfterCommit = "after-commit";

    /// <summary>Cancels the consumer without telling the bus. The process stays alive.</summary>
    public const string ConsumerLost = "consumer-lost";

    private static readonly (string Name, int Time, bool Freezes)? Armed = Read(Environment.GetEnvironmentVariable("NAVIGATOR_FAIL_POINT"));
    private static int times;

    public static void Reach(string name)
    {
        if (!IsNow(name))
            return;
        if (!Armed!.Value.Freezes)
            Process.GetCurrentProcess().Kill();
        using var stop = Process.Start("kill", ["-STOP", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        stop.WaitForExit();
    }

    public static Task LoseConsumer(ConsumeContext context) =>
        IsNow(ConsumerLost) && context.TryGetPayload<ChannelContext>(out var channel)
            && context.TryGetPayload<RabbitMqBasicConsumeContext>(out var consume)
            ? channel.Channel.BasicCancelAsync(consume.ConsumerTag, noWait: true, context.CancellationToken)
            : Task.CompletedTask;

    private static bool IsNow(string name) => Armed is { } armed && armed.Name == name && Interlocked.Increment(ref times) == armed.Time;

    private static (string, int, bool)? Read(string? setting) => setting?.Split(':') is [var name, var time, .. var how]
        ? (name, int.Parse(time, CultureInfo.InvariantCulture), how is ["freeze"])
        : null;
}
