using System.Text.Json;

namespace Navigator.Upstreams;

/// <summary>Anthropic's messages: the same replies as <see cref="Completions"/>, in content blocks.</summary>
internal static class Messages
{
    /// <returns>answer, plan or translation, by the members of the schema, because Anthropic's format has no name for it.</returns>
    public static string Asks(JsonElement request)
    {
        if (!request.TryGetProperty("output_config", out var config) || !config.TryGetProperty("format", out var format))
            return "answer";
        var members = format.GetProperty("schema").GetProperty("properties");
        return members.TryGetProperty("kind", out _) ? "plan" : members.TryGetProperty("translation", out _) ? "translation" : "answer";
    }

    public static object Reply(JsonElement request, Behaviour behaviour, Fault fault)
    {
        var prompt = Text(request.GetProperty("messages").EnumerateArray().First(message => message.GetProperty("role").GetString() == "user")
            .GetProperty("content"));
        var text = Completions.Text(Asks(request), prompt, behaviour, fault);
        return new
        {
            id = "msg_1",
            type = "message",
            role = "assistant",
            model = request.GetProperty("model").GetString(),
            content = fault is Fault.Refusal or Fault.Empty ? [] : new[] { new { type = "text", text } },
            stop_reason = fault switch
            {
                Fault.Refusal => "refusal",
                Fault.CutOff => "max_tokens",
                _ => "end_turn",
            },
            stop_sequence = (string?)null,
            usage = new { input_tokens = 10, output_tokens = 10 },
        };
    }

    /// <summary>An error in Anthropic's format.</summary>
    public static string Error(string type, string message) => JsonSerializer.Serialize(new { type = "error", error = new { type, message } });

    /// <summary>A content is a text, or blocks of it.</summary>
    private static string Text(JsonElement content) => content.ValueKind == JsonValueKind.String
        ? content.GetString()!
        : string.Concat(content.EnumerateArray().Select(block => block.GetProperty("text").GetString()));
}
