using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Chat;

namespace Navigator.Runtime.Upstreams;

/// <summary>What a model is told: its rules, and the data that they are about.</summary>
public sealed record Prompt(string System, string User);

/// <summary>
/// A chat model that replies as JSON of one shape. Whatever comes back is checked; a reply that cannot be used is sent back once,
/// with what is wrong with it.
/// </summary>
/// <typeparam name="T">A record: each parameter of its constructor is required, and none is null unless it says so.</typeparam>
/// <param name="name">Of the shape, for the model.</param>
/// <param name="schema">The shape as the model is told of it; null: what <typeparamref name="T"/> says.</param>
/// <param name="salvage">Makes what can be made of a reply that ended too early; null where nothing can.</param>
public sealed class StructuredModel<T>(
    string upstream, string name, ChatClient client, UpstreamCall call, TimeProvider clock, int maxTokens, float temperature = 0,
    Func<string, T?>? salvage = null, JsonNode? schema = null)
    where T : class
{
    /// <summary>What of an unusable reply is shown to the model again, in characters.</summary>
    private const int Shown = 4_000;

    private readonly ChatCompletionOptions options = new()
    {
        MaxOutputTokenCount = maxTokens,
        Temperature = temperature,
        ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
            name, BinaryData.FromString((schema ?? ReplySchema.Of<T>()).ToJsonString()), jsonSchemaIsStrict: true),
    };

    /// <param name="complaint">What is wrong with a reply of the right shape, in a sentence that the model is told; null when nothing is.</param>
    /// <param name="within">Both tries together.</param>
    /// <exception cref="UpstreamException">No reply in time, refused, or not usable twice.</exception>
    public async Task<T> Ask(Prompt prompt, Func<T, string?> complaint, TimeSpan within, CancellationToken token)
    {
        var until = clock.GetUtcNow() + within;
        List<ChatMessage> messages = [new SystemChatMessage(prompt.System), new UserChatMessage(prompt.User)];
        var (text, cut) = await Complete(messages, within, token);
        var (reply, wrong) = Read(text, cut, complaint);
        if (wrong is null)
            return reply!;

        messages.Add(new AssistantChatMessage(text.Length > Shown ? text[..Shown] : text.Length == 0 ? "(nothing)" : text));
        messages.Add(new UserChatMessage($"This cannot be used: {wrong} Reply once more, with the JSON object and nothing else."));
        (text, cut) = await Complete(messages, until - clock.GetUtcNow(), token);
        (reply, wrong) = Read(text, cut, complaint);
        if (wrong is null)
            return reply!;
        if (cut && salvage?.Invoke(text) is { } part && complaint(part) is null)
            return part;
        throw new UpstreamException(upstream, UpstreamFailure.Invalid, "a reply that cannot be used, twice");
    }

    private Task<(string Text, bool Cut)> Complete(IReadOnlyList<ChatMessage> messages, TimeSpan within, CancellationToken token) => call.Run(
        async cancel =>
        {
            var completion = (await client.CompleteChatAsync(messages, options, cancel)).Value;
            if (completion.FinishReason == ChatFinishReason.ContentFilter || !string.IsNullOrEmpty(completion.Refusal))
                throw new UpstreamException(upstream, UpstreamFailure.Filtered, "its content filter refused");
            // No NUL: a row cannot hold one.
            var text = string.Concat(completion.Content.Where(part => part.Kind == ChatMessageContentPartKind.Text).Select(part => part.Text));
            return (text.Replace("\0", "", StringComparison.Ordinal).Replace("\\u0000", "", StringComparison.Ordinal),
                completion.FinishReason == ChatFinishReason.Length);
        },
        within > TimeSpan.Zero ? within : TimeSpan.Zero, token);

    private static (T? Reply, string? Wrong) Read(string text, bool cut, Func<T, string?> complaint)
    {
        if (cut)
            return (null, "it was cut off because it is too long; say it in half as many words.");
        try
        {
            return JsonSerializer.Deserialize<T>(Unfenced(text), ReplySchema.Json) is { } reply ? (reply, complaint(reply)) : (null, "it is null.");
        }
        catch (JsonException error)
        {
            // The message names a place in the shape, never what stood there.
            return (null, $"it is not JSON of the agreed shape ({error.Path ?? "$"}).");
        }
    }

    /// <summary>Many models put JSON between three backticks, whatever they were asked for.</summary>
    private static string Unfenced(string text)
    {
        var trimmed = text.Trim();
        return trimmed.StartsWith("```", StringComparison.Ordinal) && trimmed.IndexOf('\n', StringComparison.Ordinal) is var line and > 0
            && trimmed.EndsWith("```", StringComparison.Ordinal)
            ? trimmed[line..^3]
            : trimmed;
    }
}
