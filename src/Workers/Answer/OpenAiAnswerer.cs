using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Navigator.Contracts.Http;
using Navigator.Storage.Rates;
using Navigator.Workers.Limits;
using Navigator.Workers.Upstreams;
using OpenAI.Chat;

namespace Navigator.Workers.Answer;

/// <summary>Answers from OpenAI or a server like it.</summary>
internal sealed partial class OpenAiAnswerer : IAnswerer
{
    private const string Upstream = UpstreamNames.Answers;

    private readonly string model;
    private readonly int maxTokens;
    private readonly ChatClient client;
    private readonly UpstreamCall call;

    public OpenAiAnswerer(IOptions<OpenAiOptions> openAi, IOptions<AnswerOptions> options, LivePolicy policy, Bounds bounds, IRateLimits rates, TimeProvider clock)
    {
        model = openAi.Value.AnswerModel;
        maxTokens = options.Value.AnswerTokens;
        client = OpenAiClients.Create(openAi.Value, policy.Now.ForUpstream(Upstream)).GetChatClient(model);
        call = new UpstreamCall(Upstream, policy, bounds, rates, clock);
    }

    public Task<ChatAnswer> Answer(string question, string language, IReadOnlyList<Source> sources, TimeSpan within, CancellationToken token) =>
        call.Run(
            async cancel =>
            {
                var response = await client.CompleteChatAsync(
                    [new SystemChatMessage(AnswerPrompt.System), new UserChatMessage(AnswerPrompt.User(question, sources))],
                    new ChatCompletionOptions { MaxOutputTokenCount = maxTokens, Temperature = 0.2f },
                    cancel);
                return Check(response.Value, question, language, sources);
            },
            within, token);

    private ChatAnswer Check(ChatCompletion completion, string question, string language, IReadOnlyList<Source> sources)
    {
        if (completion.FinishReason == ChatFinishReason.ContentFilter || !string.IsNullOrEmpty(completion.Refusal))
            throw new UpstreamException(Upstream, UpstreamFailure.Filtered, "its content filter refused");
        var text = string.Concat(completion.Content.Where(part => part.Kind == ChatMessageContentPartKind.Text).Select(part => part.Text));
        text = text.Replace("\0", "", StringComparison.Ordinal);
        text = ActiveContent.Remove(text, sources.Select(source => source.Url).OfType<string>().ToHashSet(StringComparer.Ordinal)).Trim();
        if (text.Length == 0)
            throw new UpstreamException(Upstream, UpstreamFailure.Invalid, "an empty answer");
        if (completion.FinishReason == ChatFinishReason.Length)
            text += " …";

        // A marker that names no source is an invention, and goes.
        var cited = new SortedSet<int>();
        text = Marker().Replace(text, match =>
        {
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            if (number < 1 || number > sources.Count)
                return "";
            cited.Add(number);
            return match.Value;
        });
        return new ChatAnswer
        {
            Text = text,
            Language = language,
            Model = model,
            Citations = [.. cited.Select(number => sources[number - 1]).Select(source => source.Cite(Quotes.Best(source.Text, question)))],
        };
    }

    [GeneratedRegex(@" ?\[([0-9]{1,4})\]", RegexOptions.None, matchTimeoutMilliseconds: 500)]
    private static partial Regex Marker();
}
