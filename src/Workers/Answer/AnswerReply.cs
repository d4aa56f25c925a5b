using System.Text.Json;
using System.Text.Json.Serialization;

namespace Navigator.Workers.Answer;

/// <summary>The reply of an answer model.</summary>
internal sealed record AnswerReply(bool Answered, string Answer, IReadOnlyList<AnswerQuote> Quotes, IReadOnlyList<string> FollowUps)
{
    /// <summary>True if the reply was cut at the token limit.</summary>
    [JsonIgnore]
    public bool IsCut { get; init; }

    /// <summary>Returns the whole sentences of a reply that was cut in the middle of its JSON; null if there are none.</summary>
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

    /// <summary>Decodes the text without an escape sequence that was cut at the end.</summary>
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
                // Tries again with one character less.
            }
        }
        return null;
    }
}

/// <param name="Source">The number of the quoted source.</param>
internal sealed record AnswerQuote(int Source, string Quote);
