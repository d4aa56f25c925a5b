namespace Navigator.Workers.Flow;

internal static class FlowSetup
{
    public static IServiceCollection AddFlow(this IServiceCollection services) => services
        .AddSingleton<Dispatcher>().AddSingleton<JobTransitions>().AddSingleton<StageLease>().AddSingleton<DocumentLease>().AddHostedService<Sweeper>();
}
