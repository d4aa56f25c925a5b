using Microsoft.Extensions.Options;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Rates;
using OpenAI.Moderations;

namespace Navigator.Workers.Intake.Screening;

/// <summary>Model form of screening: OpenAI's moderation endpoint or a compatible server.</summary>
internal sealed class ModerationModel
{
    private const string Upstream = UpstreamNames.Moderations;

    private readonly ModerationClient client;
    private readonly UpstreamCall call;

    public ModerationModel(
        IOptions<OpenAiOptions> options, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers, IRateLimits rates, TimeProvider clock)
    {
        client = OpenAiClients.Create(options.Value, policy.Now.ForUpstream(Upstream)).GetModerationClient(options.Value.ModerationModel);
        call = new UpstreamCall(Upstream, policy, registry, breakers, rates, clock);
    }

    /// <returns>Null if the model flags nothing.</returns>
    /// <exception cref="UpstreamException">The model failed or was late.</exception>
    public Task<Verdict?> Check(string question, TimeSpan within, CancellationToken token) => call.Run(
        async cancel =>
        {
            var result = (await client.ClassifyTextAsync(question, cancel)).Value;
            if (!result.Flagged)
                return null;
            // This question needs a person and not a document.
            return result.SelfHarm.Flagged || result.SelfHarmIntent.Flagged
                ? Verdict.Refuse(ErrorCode.QuestionAboutSelfHarm,
                    "You do not have to go through this alone. In the United States, call or text 988 at any time; elsewhere, call your local "
                        + "emergency number. Please talk to someone now.")
                : Verdict.Flagged;
        },
        within, token);
}
