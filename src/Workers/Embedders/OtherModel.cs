using Navigator.Contracts;
using Navigator.LocalModel;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage;

namespace Navigator.Workers.Embedders;

/// <summary>
/// A model that embeds questions for documents which the question's own model has not embedded. It is optional: a failure costs these documents
/// their vector leg and is never the question's. Questions that arrive at the same time share a call.
/// </summary>
internal sealed partial class OtherModel
{
    /// <summary>Not a setting: a cold model or a busy machine costs a question at most this much.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Not a setting: a model that is away delays few questions, and is back in use soon.</summary>
    private static readonly BreakerLimits Breaker = new() { FailureThreshold = 3, BreakDuration = TimeSpan.FromSeconds(10), HalfOpenProbes = 1 };

    private readonly QuestionVectors vectors;
    private readonly CircuitBreaker breaker;
    private readonly ILogger log;
    private readonly GroupedCalls<Texts, IReadOnlyList<ReadOnlyMemory<float>>?> calls;

    public OtherModel(QuestionVectors vectors, LivePolicy policy, TimeProvider clock, ILoggerFactory logs)
    {
        (this.vectors, log) = (vectors, logs.CreateLogger<OtherModel>());
        breaker = new CircuitBreaker(
            UpstreamNames.Of(UpstreamNames.Embeddings, vectors.Model), () => Breaker, clock, logs.CreateLogger<CircuitBreaker>());
        var limits = policy.Now.For(QueueNames.EmbedQuestion);
        calls = new GroupedCalls<Texts, IReadOnlyList<ReadOnlyMemory<float>>?>(
            limits.Batch ?? 1, limits.Places, EmbedTogether, isOfOneItem: _ => false);
    }

    public string Name => vectors.Model;

    /// <summary>Returns one vector for each text, or null if the model failed.</summary>
    public Task<IReadOnlyList<ReadOnlyMemory<float>>?> Embed(string tenant, IReadOnlyList<string> texts, CancellationToken token) =>
        calls.Run(new Texts(tenant, texts), Timeout.InfiniteTimeSpan, token);

    private async Task<IReadOnlyList<IReadOnlyList<ReadOnlyMemory<float>>?>> EmbedTogether(IReadOnlyList<Texts> questions)
    {
        var none = new IReadOnlyList<ReadOnlyMemory<float>>?[questions.Count];
        if (breaker.TryEnter() is not { } permit)
            return none;
        var failure = "";
        try
        {
            var found = await vectors.Of(
                questions.SelectMany(question => question.All.Select(text => (question.Tenant, text))), Patience, CancellationToken.None);
            failure = found.Values.Select(one => one.Failure?.Reason).FirstOrDefault(reason => reason is not null) ?? "";
            return [.. questions.Select(question => Complete([.. question.All.Select(text => found[(question.Tenant, text)].Vector)]))];
        }
        catch (Exception error)
        {
            // The local model's file may be missing, and the documents are found by words.
            failure = error is ModelFileException ? error.Message : error.GetType().Name;
            return none;
        }
        finally
        {
            breaker.Report(permit, failure.Length == 0 ? CallOutcome.Succeeded : CallOutcome.Failed);
            if (failure.Length > 0)
                LogFailed(Name, failure);
        }
    }

    private static IReadOnlyList<ReadOnlyMemory<float>>? Complete(IReadOnlyList<float[]?> vectors) =>
        vectors.Any(vector => vector is null) ? null : [.. vectors.Select(vector => (ReadOnlyMemory<float>)vector)];

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Model} did not embed a question ({Reason}). Documents that have vectors of this model alone are found by words")]
    private partial void LogFailed(string model, string reason);

    private sealed record Texts(string Tenant, IReadOnlyList<string> All);
}
