using System.Text.Json;
using System.Text.Json.Serialization;

namespace Navigator.Workers.Answer;

/// <summary>What an answer model replies.</summary>
internal sealed record AnswerReply(bool Answered, string Answer, IReadOnlyList<AnswerQuote> Quotes, IReadOnlyList<string> FollowUps)
{
    /// <summary>It ends where the model had to stop.</summary>
    [JsonIgnore]
    public bool IsCut { get; init; }

    /// <summary>The whole sentences of a reply that was cut off in the middle of its JSON; null when there are none.</summary>
    public static AnswerReply? Salvage(string json)
    {
        var key = json.IndexOf("\"answer\"", StringComparison.Ordinal);
        var start = key < 0 ? -1 : json.IndexOf('"', json.IndexOf(':', key + 8) is var colon and > 0 ? colon : json.Length - 1);
        if (start < 0)
            return null;
        var end = start + 1;
        while (end < json.Length && json[end] != '"')
            end += json[end] == '\\' ? 2 : 1;
        if (TryDecode(json[(start + 1)..Math.Min(end, json.Length)]) is not { } text)
            return null;
        var last = text.LastIndexOfAny(['.', '!', '?', ']']);
        return last < 0 ? null : new AnswerReply(true, text[..(last + 1)] + " …", [], []) { IsCut = true };
    }

    /// <summary>Without what an escape that was cut in two has left at the end.</summary>
    private static string? TryDecode(string escaped)
    {
        for (var length = escaped.Length; length >= Math.Max(0, escaped.Length - 6); length--)
        {
            try
            {
                return JsonSerializer.Deserialize<string>($"\"{escaped[..length]}\"");
            }
            catch (JsonException)
            {
                // One character less, then.
            }
        }
        return null;
    }
}

/// <param name="Source">The number of the source that it stands in.</param>
internal sealed record AnswerQuote(int Source, string Quote);
