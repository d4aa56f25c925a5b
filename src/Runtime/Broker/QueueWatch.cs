using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using RabbitMQ.Client.Exceptions;

namespace Navigator.Runtime.Broker;

/// <summary>One queue, as of the broker's last reply.</summary>
/// <param name="Ready">Messages that no consumer has.</param>
/// <param name="Consumers">Consumers of all processes.</param>
public sealed record QueueSample(string Queue, bool Exists, long Ready, long Consumers);

/// <summary>Asks the broker about every queue once a second (a passive declare), so that requests need not ask it.</summary>
public sealed class QueueWatch(BrokerConnection broker, ToolSet tools, LivePolicy policy, TimeProvider clock, ILogger<QueueWatch> log)
    : BackgroundService
{
    /// <summary>Null while the broker does not answer, and before its first answer.</summary>
    public IReadOnlyList<QueueSample>? Latest { get; private set; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Repeat.Every(policy.Now.Watch.Interval, "The watch over queues", Look, clock, log, stoppingToken);

    private async Task Look(CancellationToken token)
    {
        var samples = new List<QueueSample>();
        try
        {
            foreach (var queue in tools.Queues)
                samples.Add(await Sample(queue, token));
            Latest = samples;
        }
        catch (BrokerUnavailableException)
        {
            Latest = null;
            throw;
        }
    }

    private async Task<QueueSample> Sample(string queue, CancellationToken token)
    {
        try
        {
            var found = await broker.Use(channel => channel.QueueDeclarePassiveAsync(queue, token), null, token);
            return new QueueSample(queue, true, found.MessageCount, found.ConsumerCount);
        }
        catch (OperationInterruptedException)
        {
            return new QueueSample(queue, false, 0, 0);
        }
    }
}
