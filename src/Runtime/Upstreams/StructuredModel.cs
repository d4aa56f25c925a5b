using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Navigator.Runtime.Upstreams;

/// <summary>A prompt: the instructions, and the data for this call.</summary>
public sealed record Prompt(string System, string User);

/// <summary>
/// A chat model that replies with JSON of one schema. Every reply is checked. The first unusable reply is sent back with the problem; a second
/// one is an error.
/// </summary>
/// <typeparam name="T">A record: each constructor parameter is required and not null unless its type allows null.</typeparam>
/// <param name="name">The schema's name, for the model.</param>
/// <param name="schema">The JSON schema for the model; null: derived from <typeparamref name="T"/>.</param>
/// <param name="salvage">Recovers a reply that was cut at the token limit; null if it cannot be recovered.</param>
public sealed class StructuredModel<T>(
    string upstream, string name, IChatClient client, UpstreamCall call, TimeProvider clock, int maxTokens, float temperature = 0,
    Func<string, T?>? salvage = null, JsonNode? schema = null)
    where T : class
{
    /// <summary>Maximum length of an unusable reply that is shown to the model again, in characters.</summary>
    private const int Shown = 4_000;

    private readonly ChatOptions options = new()
    {
        MaxOutputTokens = maxTokens,
        Temperature = temperature,
        ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonSerializer.SerializeToElement(schema ?? ReplySchema.Of<T>()), name),
        // OpenAI's name for a reply that must match the schema; its adapter passes it on, others ignore it.
        AdditionalProperties = new AdditionalPropertiesDictionary { ["strict"] = true },
    };

    /// <param name="complaint">Returns the problem with a reply that matches the schema, as a sentence for the model; null if there is none.</param>
    /// <param name="within">Longest time for both tries together.</param>
    /// <exception cref="UpstreamException">The model refused, was late, or replied unusably twice.</exception>
    public async Task<T> Ask(Prompt prompt, Func<T, string?> complaint, TimeSpan within, CancellationToken token)
    {
        var until = clock.GetUtcNow() + within;
        List<ChatMessage> messages = [new(ChatRole.System, prompt.System), new(ChatRole.User, prompt.User)];
        var (text, cut) = await Complete(messages, within, token);
        var (reply, wrong) = Read(text, cut, complaint);
        if (wrong is null)
            return reply!;

        // Anthropic rejects a message without a visible character.
        messages.Add(new(ChatRole.Assistant, string.IsNullOrWhiteSpace(text) ? "(nothing)" : text.Length > Shown ? text[..Shown] : text));
        messages.Add(new(ChatRole.User, $"This cannot be used: {wrong} Reply once more, with the JSON object and nothing else."));
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
            var response = await client.GetResponseAsync(messages, options, cancel);
            if (response.FinishReason == ChatFinishReason.ContentFilter || response.Messages.Any(IsRefusal))
                throw new UpstreamException(upstream, UpstreamFailure.Filtered, "its content filter refused");
            // NUL is removed because the database cannot store it.
            return (response.Text.Replace("\0", "", StringComparison.Ordinal).Replace("\\u0000", "", StringComparison.Ordinal),
                response.FinishReason == ChatFinishReason.Length);
        },
        within > TimeSpan.Zero ? within : TimeSpan.Zero, token);

    /// <summary>OpenAI's adapter turns the refusal of a message into content of this kind. Some servers send an empty one with every reply.</summary>
    private static bool IsRefusal(ChatMessage message) =>
        message.Contents.OfType<ErrorContent>().Any(refusal => !string.IsNullOrEmpty(refusal.Message));

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
            // The message contains the place in the schema only, never the reply's text.
            return (null, $"it is not JSON of the agreed shape ({error.Path ?? "$"}).");
        }
    }

    /// <summary>Removes a code fence of three backticks, which many models put around JSON.</summary>
    private static string Unfenced(string text)
    {
        var trimmed = text.Trim();
        return trimmed.StartsWith("```", StringComparison.Ordinal) && trimmed.IndexOf('\n', StringComparison.Ordinal) is var line and > 0
            && trimmed.EndsWith("```", StringComparison.Ordinal)
            ? trimmed[line..^3]
            : trimmed;
    }
}
