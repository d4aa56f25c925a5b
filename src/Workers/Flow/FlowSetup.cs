using Navigator.Storage.Ledger;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Flow;

internal static class FlowSetup
{
    public static IServiceCollection AddFlow(this IServiceCollection services) => services
        .AddSingleton<Dispatcher>().AddSingleton<StageLease>().AddSingleton<DocumentLease>()
        .AddSingleton(provider => Transitions(provider, provider.GetRequiredService<Dispatcher>().Send))
        .AddHostedService(provider => ActivatorUtilities.CreateInstance<Sweeper>(
            provider, Transitions(provider, provider.GetRequiredService<Dispatcher>().Start)));

    private static JobTransitions Transitions(IServiceProvider provider, SendCommands send) => new(
        provider.GetRequiredService<IJobLedger>(), send, provider.GetRequiredService<ConcurrencyPolicy>().Job, provider.GetRequiredService<ILogger<JobTransitions>>());
}
