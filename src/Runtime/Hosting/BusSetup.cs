using System.Data.Common;
using System.Security.Authentication;
using MassTransit;
using MassTransit.Middleware;
using Navigator.Runtime.Broker;
using Navigator.Runtime.Settings;
using Navigator.Storage;

namespace Navigator.Runtime.Hosting;

internal static class BusSetup
{
    /// <summary>Not a setting: about 20 minutes, less than the half hour after which RabbitMQ takes a message back from a consumer.</summary>
    private const int TriesWhileAway = 240;

    /// <summary>
    /// Not settings: consumers stop first, then the bus, then the host. Each timeout must be shorter than the next, and all are shorter than the
    /// 30 s that compose.yaml gives a process. By default only the host has a timeout.
    /// </summary>
    private static readonly TimeSpan ConsumersStop = TimeSpan.FromSeconds(15), BusStop = TimeSpan.FromSeconds(20),
        HostStop = TimeSpan.FromSeconds(25);

    /// <summary>No settings: a deadlock is gone at the second try, a broken connection at the third; then the database is away.</summary>
    private static readonly int[] FirstWaitsMs = [100, 500, 2_000];

    /// <summary>Not a setting: work continues within seconds after the database is back, without overloading a database that starts.</summary>
    private const int WaitWhileAwayMs = 5_000;

    /// <param name="consumers">Null for a process that only sends.</param>
    public static IServiceCollection AddBus(this IServiceCollection services, NavigatorMode mode, Action<IBusRegistrationConfigurator>? consumers)
    {
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConfigureEndpointsCallback((context, queue, endpoint) =>
            {
                endpoint.ConnectConsumerConfigurationObserver(new StageObserver(context, queue));
                endpoint.UseMessageRetry(RetryDatabase);
                endpoint.ConfigureError(pipe =>
                {
                    pipe.UseFilter(new ShortFaultFilter(context.GetRequiredService<ILogger<ShortFaultFilter>>()));
                    pipe.UseFilter(new ErrorTransportFilter());
                });
            });
            consumers?.Invoke(bus);
            if (mode.RabbitMq is { } address)
                bus.UsingRabbitMq((context, rabbit) =>
                {
                    rabbit.Host(new Uri(address), host =>
                    {
                        host.Heartbeat(BrokerConnection.Heartbeat);
                        // The bus uses TLS for port 5671 only (MassTransit #4665, closed). An amqps address means TLS on any port.
                        if (new Uri(address) is { Scheme: "amqps" } secure)
                            host.UseSsl(tls => (tls.ServerName, tls.Protocol) = (secure.Host, SslProtocols.None));
                    });
                    rabbit.ConfigureEndpoints(context);
                });
            else
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
        });
        services.Configure<MassTransitHostOptions>(options =>
        {
            // An unavailable broker must not keep the process from starting. The ledger accepts questions, and the bus connects later.
            options.WaitUntilStarted = false;
            options.ConsumerStopTimeout = ConsumersStop;
            options.StopTimeout = BusStop;
        });
        services.Configure<HostOptions>(options => options.ShutdownTimeout = HostStop);
        return services;
    }

    /// <summary>
    /// The only retry of transient database failures, except for results that were paid for, which <see cref="Flow.JobTransitions"/> retries.
    /// A deadlock or a broken connection succeeds at the second try. While the database is unavailable, a message is retried every few seconds.
    /// The worker then holds all its permits and takes no more messages, and no message is moved to _error for a fault that is not its own.
    /// </summary>
    private static void RetryDatabase(IRetryConfigurator retry)
    {
        retry.Handle<DbException>(PassingFailure.Is);
        retry.Handle<SearchTimeoutException>();
        int[] waits = [.. FirstWaitsMs, .. Enumerable.Repeat(WaitWhileAwayMs, TriesWhileAway)];
        retry.Intervals([.. waits.Select(wait => Random.Shared.Next(wait / 2, wait * 3 / 2))]);
    }
}
