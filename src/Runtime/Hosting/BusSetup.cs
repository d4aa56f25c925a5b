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
    /// <summary>No setting: some 20 minutes, below the half hour after which RabbitMQ takes a message back from a consumer.</summary>
    private const int TriesWhileAway = 240;

    /// <summary>
    /// No settings: consumers first, then the bus, then the host, each must end before the next loses patience, and compose.yaml gives a
    /// process 30 s. By default only the host ends it.
    /// </summary>
    private static readonly TimeSpan ConsumersStop = TimeSpan.FromSeconds(15), BusStop = TimeSpan.FromSeconds(20),
        HostStop = TimeSpan.FromSeconds(25);

    /// <summary>No settings: a deadlock is gone at the second try, a broken connection at the third; then the database is away.</summary>
    private static readonly int[] FirstWaitsMs = [100, 500, 2_000];

    /// <summary>No setting: work goes on within seconds of the database, and one that starts is not crowded.</summary>
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
                        // The bus turns TLS on for port 5671 alone (MassTransit #4665, closed); an amqps address means it anywhere.
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
            // A broker that is away must not keep the process from starting: the ledger accepts, the bus connects when it can.
            options.WaitUntilStarted = false;
            options.ConsumerStopTimeout = ConsumersStop;
            options.StopTimeout = BusStop;
        });
        services.Configure<HostOptions>(options => options.ShutdownTimeout = HostStop);
        return services;
    }

    /// <summary>
    /// The one owner of what a database does now and then, but for results that were paid for: <see cref="Flow.JobTransitions"/> keeps
    /// those. A deadlock or a broken connection is gone at the second try. While
    /// the database is away, what a worker holds is tried every few seconds: its places are taken, so it takes no more from the
    /// queue, and nothing is moved to _error for a fault that is not its own.
    /// </summary>
    private static void RetryDatabase(IRetryConfigurator retry)
    {
        retry.Handle<DbException>(PassingFailure.Is);
        retry.Handle<SearchTimeoutException>();
        int[] waits = [.. FirstWaitsMs, .. Enumerable.Repeat(WaitWhileAwayMs, TriesWhileAway)];
        retry.Intervals([.. waits.Select(wait => Random.Shared.Next(wait / 2, wait * 3 / 2))]);
    }
}
