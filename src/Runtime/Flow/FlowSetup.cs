using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;

namespace Navigator.Runtime.Flow;

internal static class FlowSetup
{
    public static IServiceCollection AddFlow(this IServiceCollection services) => services
        .AddSingleton<InlineContinuation>().AddHostedService(provider => provider.GetRequiredService<InlineContinuation>())
        .AddSingleton<FairShare>().AddSingleton<OldestJob>().AddSingleton<Dispatcher>().AddSingleton<StageLease>().AddSingleton<DocumentLease>()
        .AddSingleton(provider => Transitions(provider, provider.GetRequiredService<Dispatcher>().Send))
        .AddSingleton(provider => DocumentTransitions(provider, provider.GetRequiredService<Dispatcher>().Send))
        // A slow broker must not delay any of the three.
        .AddHostedService(provider => ActivatorUtilities.CreateInstance<Sweeper>(
            provider, Unattended(provider), DocumentTransitions(provider, provider.GetRequiredService<Dispatcher>().Start)))
        .AddHostedService(provider => ActivatorUtilities.CreateInstance<Releaser>(provider, Unattended(provider)));

    /// <summary>For what runs by itself and must not come late to anything because the broker is slow.</summary>
    public static JobTransitions Unattended(IServiceProvider provider) => Transitions(provider, provider.GetRequiredService<Dispatcher>().Start);

    private static JobTransitions Transitions(IServiceProvider provider, SendCommands send) => new(
        provider.GetRequiredService<IJobLedger>(), send, provider.GetRequiredService<FairShare>(), provider.GetRequiredService<LivePolicy>(),
        provider.GetRequiredService<ToolSet>(), provider.GetRequiredService<ILogger<JobTransitions>>());

    private static DocumentTransitions DocumentTransitions(IServiceProvider provider, SendCommands send) =>
        ActivatorUtilities.CreateInstance<DocumentTransitions>(provider, send);
}
