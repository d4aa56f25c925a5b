using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;

namespace Navigator.Workers.Intake.Translation;

/// <summary>The reply of a translation model.</summary>
internal sealed record TranslationReply(string Translation);

/// <summary>Model form of translation: asks the provider with the best score, and the next one if it fails or is late.</summary>
internal sealed class TranslationModels
{
    private const string Upstream = UpstreamNames.Translations;
    private const int MaxTokens = 4_000;

    /// <summary>Share of the remaining time for a provider that is not the last one.</summary>
    private const double FirstShare = 0.6;

    private readonly IReadOnlyList<UpstreamCall> calls;
    private readonly IReadOnlyList<StructuredModel<TranslationReply>> models;
    private readonly ProviderScores scores;
    private readonly TimeProvider clock;

    public TranslationModels(
        ChatClients chats, IOptions<TranslationOptions> options, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers,
        IRateLimits rates, TimeProvider clock)
    {
        this.clock = clock;
        var providers = options.Value.Providers;
        IReadOnlyList<ChatModel> clients = providers.Count == 0
            ? [chats.For(Upstream)]
            : [.. providers.Select(provider => new ChatModel(
                Client(provider, policy.Now.ForUpstream(Upstream)), provider.Model, providers.Count > 1 ? provider.Name : null))];
        calls = [.. clients.Select(model => new UpstreamCall(Upstream, policy, registry, breakers, rates, clock, model.Provider))];
        models = [.. clients.Zip(calls, (model, call) =>
            new StructuredModel<TranslationReply>(Upstream, "translation", model.Client, call, clock, MaxTokens))];
        scores = new ProviderScores(providers.Count == 0 ? [0] : [.. providers.Select(provider => provider.Cost)]);
    }

    /// <summary>True if a provider is configured.</summary>
    public static bool AreConfigured(ChatProviders chats, TranslationOptions options) => chats.Small is not null || options.Providers.Count > 0;

    /// <returns>The translated text. Parts that are <see cref="PlaceholderMask"/> are unchanged.</returns>
    /// <exception cref="UpstreamException">Every provider failed or was late.</exception>
    public async Task<string> Translate(string text, string from, string to, TimeSpan within, CancellationToken token)
    {
        var until = clock.GetUtcNow() + within;
        var (kept, order) = (PlaceholderMask.In(text, from), scores.Order(i => calls[i].IsAdmitted));
        for (var i = 0; ; i++)
        {
            var left = until - clock.GetUtcNow();
            try
            {
                var reply = await models[order[i]].Ask(
                    TranslationPrompt.For(kept.Masked, from, to), reply => Complaint(kept, reply.Translation),
                    i < order.Count - 1 && calls[order[i + 1]].IsAdmitted ? left * FirstShare : left, token);
                scores.Report(order[i], good: true);
                return kept.PutBack(reply.Translation)!.Trim();
            }
            catch (UpstreamException) when (i < order.Count - 1)
            {
                scores.Report(order[i], good: false);
            }
            catch (UpstreamException)
            {
                scores.Report(order[i], good: false);
                throw;
            }
        }
    }

    private static IChatClient Client(TranslationProvider provider, UpstreamLimits limits) =>
        ChatClients.Observed(OpenAiClients.Create(provider.BaseUrl!, provider.ApiKey, limits).GetChatClient(provider.Model).AsIChatClient());

    private static string? Complaint(PlaceholderMask kept, string translation) => translation switch
    {
        _ when string.IsNullOrWhiteSpace(translation) => "the translation is empty.",
        { Length: var length } when length > 300 + 6 * kept.Masked.Length => "the translation is much longer than the text.",
        _ when kept.PutBack(translation) is null => "each of the placeholders like ⟦0⟧ must stand in the translation exactly once.",
        _ => null,
    };
}
