using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>A system without models that one class's tests share, each with documents of its own.</summary>
public abstract class OfflineSystem(int workers) : IAsyncLifetime
{
    public int Workers => workers;

    internal NavigatorSystem System { get; private set; } = null!;

    public async Task InitializeAsync() => System = await NavigatorSystem.Start(workers);

    public async Task DisposeAsync() => await System.DisposeAsync();
}

public sealed class EmbeddedOffline() : OfflineSystem(workers: 0);

public sealed class DistributedOffline() : OfflineSystem(workers: 1);

/// <summary>
/// A system with models and the web that one class's tests share: those that look at what is asked and answered, and leave no circuit
/// open and no job unfinished.
/// </summary>
public abstract class ModelSystem(int workers) : IAsyncLifetime
{
    private UpstreamServer upstreams = null!;
    private NavigatorSystem system = null!;

    /// <summary>The system, and its models as if they had not been asked yet.</summary>
    internal (NavigatorSystem System, UpstreamServer Upstreams) Afresh()
    {
        upstreams.StartAfresh();
        return (system, upstreams);
    }

    public async Task InitializeAsync()
    {
        upstreams = await UpstreamServer.Start();
        system = await NavigatorSystem.Start(workers, upstreams);
    }

    public async Task DisposeAsync()
    {
        await system.DisposeAsync();
        await upstreams.DisposeAsync();
    }
}

public sealed class EmbeddedModels() : ModelSystem(workers: 0);

public sealed class DistributedModels() : ModelSystem(workers: 1);
