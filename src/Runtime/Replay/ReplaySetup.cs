using Navigator.Runtime.Flow;

namespace Navigator.Runtime.Replay;

internal static class ReplaySetup
{
    public static IServiceCollection AddReplay(this IServiceCollection services) =>
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<Replayer>(provider, FlowSetup.Unattended(provider)));
}
