using System.Diagnostics;
using Navigator.LocalModel;
using Navigator.Runtime;

namespace Navigator.Workers.Embedders;

/// <summary>Loads the local model before anything else starts, so that no question waits for it and an unusable model stops the start.</summary>
internal sealed partial class LocalModelStart(LocalEmbeddingGenerator generator, ILogger<LocalModelStart> log)
{
    private const double Megabyte = 1_048_576;

    /// <exception cref="StartupException">The model is missing, damaged or another one.</exception>
    public async Task Load(CancellationToken token)
    {
        var (before, began) = (Environment.WorkingSet, Stopwatch.GetTimestamp());
        try
        {
            await generator.Load().WaitAsync(token);
        }
        catch (ModelFileException error)
        {
            throw new StartupException(
                $"the local embedding model cannot be used: {error.Message}. Embeddings__Model=words starts without a model.");
        }
        var (took, now) = (Stopwatch.GetElapsedTime(began).TotalMilliseconds, Environment.WorkingSet);
        LogLoaded(LocalEmbeddingGenerator.ModelName, took, (now - before) / Megabyte, now / Megabyte);
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Loaded the embedding model {Model} in {Milliseconds:0} ms. It takes {ModelMb:0} MB of the process's {ProcessMb:0} MB")]
    private partial void LogLoaded(string model, double milliseconds, double modelMb, double processMb);
}
