using Navigator.Storage.Ledger;
using Navigator.Workers.Limits;

namespace Navigator.Workers.Flow;

internal static class FlowSetup
{
    public static IServiceCollection AddFlow(this IServiceCollection services) => services
        .AddSingleton<Dispatcher>()
        .AddSingleton(provider => new JobTransitions(
            provider.GetRequiredService<IJobLedger>(), provider.GetRequiredService<Dispatcher>().Send, provider.GetRequiredService<ConcurrencyPolicy>().Job,
            provider.GetRequiredService<ILogger<JobTransitions>>()))
        .AddSingleton<StageLease>().AddSingleton<DocumentLease>().AddHostedService<Sweeper>();
}
