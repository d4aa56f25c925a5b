using Navigator.Storage.Ledger;
using Navigator.Workers.Limits;
using Navigator.Workers.Replay;
using Navigator.Workers.Tools;

namespace Navigator.Workers.Flow;

internal static class FlowSetup
{
    public static IServiceCollection AddFlow(this IServiceCollection services) => services
        .AddSingleton<InPlace>().AddHostedService(provider => provider.GetRequiredService<InPlace>())
        .AddSingleton<FairShare>().AddSingleton<Dispatcher>().AddSingleton<StageLease>().AddSingleton<DocumentLease>()
        .AddSingleton(provider => Transitions(provider, provider.GetRequiredService<Dispatcher>().Send))
        .AddSingleton(provider => DocumentTransitions(provider, provider.GetRequiredService<Dispatcher>().Send))
        // A slow broker must not delay any of the three.
        .AddHostedService(provider => ActivatorUtilities.CreateInstance<Sweeper>(
            provider, Unattended(provider), DocumentTransitions(provider, provider.GetRequiredService<Dispatcher>().Start)))
        .AddHostedService(provider => ActivatorUtilities.CreateInstance<Replayer>(provider, Unattended(provider)))
        .AddHostedService(provider => ActivatorUtilities.CreateInstance<Releaser>(provider, Unattended(provider)));

    private static JobTransitions Unattended(IServiceProvider provider) => Transitions(provider, provider.GetRequiredService<Dispatcher>().Start);

    private static JobTransitions Transitions(IServiceProvider provider, SendCommands send) => new(
        provider.GetRequiredService<IJobLedger>(), send, provider.GetRequiredService<FairShare>(), provider.GetRequiredService<LivePolicy>(),
        provider.GetRequiredService<ToolSet>(), provider.GetRequiredService<ILogger<JobTransitions>>());

    private static DocumentTransitions DocumentTransitions(IServiceProvider provider, SendCommands send) =>
        ActivatorUtilities.CreateInstance<DocumentTransitions>(provider, send);
}
