using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Storage.Rates;

namespace Navigator.Workers.Answer;

/// <summary>Answers with a chat model.</summary>
internal sealed class ModelAnswerer : IAnswerer
{
    private const string Upstream = UpstreamNames.Answers;

    /// <summary>Tokens for the parts of the reply beside the answer: quotes, follow-ups and the JSON.</summary>
    private const int TokensBeside = 700;

    /// <summary>An upper bound: English has fewer characters per token, and scripts without spaces fewer still.</summary>
    private const int CharactersPerToken = 6;

    private readonly string name;
    private readonly int maxLength;
    private readonly StructuredModel<AnswerReply> model;

    public ModelAnswerer(
        ChatClients chats, IOptions<AnswerOptions> options, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers, IRateLimits rates,
        TimeProvider clock)
    {
        (var client, name, var provider) = chats.For(Upstream);
        maxLength = options.Value.AnswerTokens * CharactersPerToken;
        model = new StructuredModel<AnswerReply>(
            Upstream, "answer", client, new UpstreamCall(Upstream, policy, registry, breakers, rates, clock, provider), clock,
            options.Value.AnswerTokens + TokensBeside, temperature: 0.2f, AnswerReply.Salvage);
    }

    public async Task<JobAnswer> Answer(string question, string language, Evidence evidence, TimeSpan within, CancellationToken token)
    {
        var reply = await model.Ask(AnswerPrompt.For(question, language, evidence),
            reply => AnswerReview.Complaint(reply, question, evidence.Sources), within, token);
        return AnswerReview.Review(reply, language, name, evidence, maxLength);
    }
}
