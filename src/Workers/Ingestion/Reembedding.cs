using Navigator.Contracts;
using Navigator.Runtime;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;
using Navigator.Workers.Embedders;

namespace Navigator.Workers.Ingestion;

/// <summary>
/// Embeds ready documents that this process's model has not embedded, because it was chosen after them. Each batch of passages takes its document
/// anew and stores its vectors, so a process that stops loses one batch. Nothing is sent: messages of ten thousand passages would stand in the
/// queue before an upload's.
/// </summary>
internal sealed partial class Reembedding(
    IDocumentStore documents, IModelCoverage coverage, DocumentTransitions transitions, EmbeddingModel model, LimitRegistry registry,
    LivePolicy policy, TimeProvider clock, ILogger<Reembedding> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Much shorter than <see cref="ModelCoverage.Lately"/>.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMinutes(1);

    /// <summary>How long uploads and questions are let pass before the next look.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Bulkhead uploads = registry.Queue(QueueNames.EmbedPassages);
    private DateTimeOffset reported;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the first interval, so that a command right after the start knows the model.
        try
        {
            await Report(stoppingToken);
        }
        catch (Exception) when (!stoppingToken.IsCancellationRequested)
        {
            // The database is away. Every run reports again, and logs it.
        }
        await Repeat.Every(Interval, "Embedding documents again", Run, clock, log, stoppingToken);
    }

    /// <summary>Embeds until no document is left.</summary>
    internal async Task Run(CancellationToken token)
    {
        await Report(token);
        var embedded = await Task.WhenAll(Enumerable.Range(0, policy.Now.Document.Reembed).Select(place => UntilNoneIsLeft(place, token)));
        if (embedded.Sum() is > 0 and var passages)
            LogDone(passages, model.Name);
    }

    private async Task<int> UntilNoneIsLeft(int place, CancellationToken token)
    {
        var passages = 0;
        // The limit may be lowered meanwhile.
        while (place < policy.Now.Document.Reembed)
        {
            if (await IsBusy(token))
                await Task.Delay(Pause, clock, token);
            else if (await EmbedBatch(token) is { } embedded)
                passages += embedded;
            else
                break;
            // The others may run at the same time.
            if (place == 0)
                await Report(token);
        }
        return passages;
    }

    /// <summary>True while uploads are being embedded, or while others need the model's rate.</summary>
    private async Task<bool> IsBusy(CancellationToken token) => uploads.InUse > 0 || !await model.HasRateToSpare(token);

    /// <summary>
    /// Embeds passages of one document. If the model fails, the document stays hidden for a while, so that other documents come first.
    /// </summary>
    /// <returns>The number of passages; null if no document is left.</returns>
    private async Task<int?> EmbedBatch(CancellationToken token)
    {
        var within = policy.Now.For(QueueNames.EmbedPassages).Timeout;
        if (await documents.TakeUnembedded(model.Name, within * 2, token) is not { } document)
            return null;
        var key = DocumentKey.Of(document);
        var passages = await documents.FindUnembedded(
            key, model.Name, 0, document.Passages!.Value, DocumentMachine.PassagesPerMessage, token);
        // None is missing if an earlier version of Navigator completed the document.
        var vectors = passages.Count == 0 ? [] : await model.EmbedPassages([.. passages.Select(passage => passage.Searchable)], within, token);
        await transitions.StoreVectors(key, model.Name, [.. passages.Select(passage => passage.Ordinal)], vectors, token);
        return passages.Count;
    }

    private async Task Report(CancellationToken token)
    {
        if (clock.GetUtcNow() - reported < ReportInterval)
            return;
        await coverage.Use(model.Name, token);
        reported = clock.GetUtcNow();
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Passages} passages of documents that another model had embedded have vectors of {Model} too")]
    private partial void LogDone(int passages, string model);
}
