using MassTransit;
using Npgsql;

namespace Navigator.Workers.Hosting;

internal static class BusSetup
{
    /// <param name="consumers">Null for a process that only sends.</param>
    public static IServiceCollection AddBus(this IServiceCollection services, NavigatorMode mode, Action<IBusRegistrationConfigurator>? consumers)
    {
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConfigureEndpointsCallback((_, _, endpoint) => endpoint.UseMessageRetry(RetryDatabase));
            consumers?.Invoke(bus);
            if (mode.RabbitMq is { } address)
                bus.UsingRabbitMq((context, rabbit) =>
                {
                    rabbit.Host(new Uri(address), host => host.Heartbeat(TimeSpan.FromSeconds(10)));
                    rabbit.ConfigureEndpoints(context);
                });
            else
                bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
        });
        services.Configure<MassTransitHostOptions>(options =>
        {
            // A broker that is away must not keep the process from starting: the ledger accepts, the bus connects when it can.
            options.WaitUntilStarted = false;
            // Consumers first, then the bus, then the host: each must end before the next loses patience. The default never ends.
            options.ConsumerStopTimeout = TimeSpan.FromSeconds(15);
            options.StopTimeout = TimeSpan.FromSeconds(20);
        });
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(25));
        return services;
    }

    /// <summary>The one owner of what a database does now and then: deadlock, serialization failure, a broken connection.</summary>
    private static void RetryDatabase(IRetryConfigurator retry)
    {
        retry.Handle<NpgsqlException>(error => error.IsTransient);
        retry.Intervals([.. new[] { 100, 500, 2_000 }.Select(wait => Random.Shared.Next(wait / 2, wait * 3 / 2))]);
    }
}
