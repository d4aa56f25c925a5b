using System.Diagnostics;
using Navigator.LocalModel;
using Navigator.Runtime;

namespace Navigator.Workers.Embedders;

/// <summary>Loads the local model while the rest of the process starts, so that the first question does not wait for it.</summary>
internal sealed partial class LocalModelStart(LocalEmbeddingGenerator generator, ILogger<LocalModelStart> log) : IHostedLifecycleService
{
    private const double Megabyte = 1_048_576;

    private readonly Stopwatch watch = new();
    private long before;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        before = Environment.WorkingSet;
        watch.Start();
        _ = generator.Load(); // StartedAsync awaits it
        return Task.CompletedTask;
    }

    /// <exception cref="StartupException">The model is missing, damaged or another one.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await generator.Load().WaitAsync(cancellationToken);
        }
        catch (ModelFileException error)
        {
            throw new StartupException($"the local embedding model cannot be used: {error.Message}. Embeddings__Model=words works without it.");
        }
        LogLoaded(LocalEmbeddingGenerator.ModelName, watch.ElapsedMilliseconds, (Environment.WorkingSet - before) / Megabyte,
            Environment.WorkingSet / Megabyte);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information,
        Message = "The embedding model {Model} was loaded within {Milliseconds} ms. The process grew by {GrownMb:0} MB meanwhile, to {ResidentMb:0} MB")]
    private partial void LogLoaded(string model, long milliseconds, double grownMb, double residentMb);
}
