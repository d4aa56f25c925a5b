using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Navigator.Upstreams;

/// <summary>What a chat model would reply, by the shape that it is asked for: an answer, a plan or a translation.</summary>
internal static partial class Completions
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The sentences that it can translate, numbers and names left out; of others it says only which language they are to be in.</summary>
    private static readonly (string Spanish, string English)[] Sentences =
    [
        ("¿Cuánto cuesta un viaje en ambulancia con mi plan?", "How much does an ambulance ride cost with my plan?"),
        ("¿Cuánto pago por una visita a la sala de emergencias?", "How much do I pay for a visit to the emergency room?"),
        ("El stand-in ha leído las fuentes y responde con la primera", "The stand-in read the sources and answers from the first"),
    ];

    /// <returns>answer, plan or translation.</returns>
    public static string Asks(JsonElement request) =>
        request.TryGetProperty("response_format", out var format) && format.TryGetProperty("json_schema", out var schema)
            ? schema.GetProperty("name").GetString()!
            : "answer";

    /// <summary>What the model would write.</summary>
    /// <param name="asked">answer, plan or translation.</param>
    public static string Text(string asked, string prompt, Behaviour behaviour, Fault fault)
    {
        var reply = JsonSerializer.Serialize(
            asked switch
            {
                "plan" => Plan(prompt),
                "translation" => Translation(prompt),
                _ => Answer(prompt, fault),
            },
            Json);
        return fault switch
        {
            Fault.Empty => "",
            Fault.Says => behaviour.Says,
            Fault.CutOff => reply[..(reply.Length * 2 / 3)],
            _ => reply,
        };
    }

    public static object Reply(JsonElement request, Behaviour behaviour, Fault fault)
    {
        var prompt = request.GetProperty("messages").EnumerateArray().First(message => message.GetProperty("role").GetString() == "user")
            .GetProperty("content").GetString()!;
        var text = Text(Asks(request), prompt, behaviour, fault);
        var message = fault == Fault.Refusal
            ? new { role = "assistant", content = (string?)null, refusal = (string?)"I would rather not." }
            : new { role = "assistant", content = (string?)text, refusal = (string?)null };
        return new
        {
            id = "chatcmpl-1",
            @object = "chat.completion",
            created = 1,
            model = request.GetProperty("model").GetString(),
            choices = new[] { new { index = 0, message, finish_reason = fault == Fault.CutOff ? "length" : "stop" } },
            usage = new { prompt_tokens = 10, completion_tokens = 10, total_tokens = 20 },
        };
    }

    private static object Answer(string prompt, Fault fault)
    {
        if (FirstSource().Match(prompt) is not { Success: true } source)
            return new
            {
                answered = false,
                answer = "The stand-in found no sources.",
                quotes = Array.Empty<object>(),
                follow_ups = Array.Empty<string>()
            };
        var sentence = FirstSentence().Match(source.Groups[1].Value).Value;
        return fault == Fault.InventedCitations
            ? new
            {
                answered = true,
                answer = "This is certain [7], as everybody knows [42] and says [1]. So does the second [2].",
                quotes = (object[])[new { source = 7, quote = sentence }, new { source = 1, quote = sentence },
                    new { source = 2, quote = "What nobody ever wrote." }],
                follow_ups = Array.Empty<string>(),
            }
            : new
            {
                answered = true,
                answer = "The stand-in read the sources and answers from the first [1].",
                quotes = (object[])[new { source = 1, quote = sentence }],
                follow_ups = new[] { "What else does the first source say?" },
            };
    }

    private static object Plan(string prompt)
    {
        var question = Between(prompt, "<question>\n", "\n</question>");
        var asked = Asked().Matches(prompt).Select(match => match.Groups[1].Value).LastOrDefault();
        var whole = asked is null ? question : $"{question} (after: {asked})";
        var web = prompt.Contains("The web may be searched.", StringComparison.Ordinal) && Current().IsMatch(question);
        return new
        {
            kind = question.Contains("lovely to meet you", StringComparison.OrdinalIgnoreCase) ? "small_talk" : "question",
            question = whole,
            document_queries = new[] { whole },
            web_queries = web ? [question] : Array.Empty<string>(),
            // A question may bring along what to look for when nothing is found.
            other_words = OtherWords().Match(question) is { Success: true } words ? [words.Groups[1].Value] : Array.Empty<string>(),
        };
    }

    private static object Translation(string prompt)
    {
        var (to, text) = (Between(prompt, "To: ", "\n"), Between(prompt, "<text>\n", "\n</text>"));
        foreach (var (spanish, english) in Sentences)
            text = to == "en" ? text.Replace(spanish, english, StringComparison.Ordinal) : text.Replace(english, spanish, StringComparison.Ordinal);
        return new { translation = text == Between(prompt, "<text>\n", "\n</text>") ? $"({to}) {text}" : text };
    }

    private static string Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
        return text[start..text.IndexOf(after, start, StringComparison.Ordinal)];
    }

    [GeneratedRegex("<source number=\"1\"[^>]*>\n(.*?)\n</source>", RegexOptions.Singleline, 1_000)]
    private static partial Regex FirstSource();

    [GeneratedRegex(@"\S[^\n]*?(?:[.!?](?=\s|$)|(?=\n)|$)", RegexOptions.None, 1_000)]
    private static partial Regex FirstSentence();

    [GeneratedRegex("<asked>(.*?)</asked>", RegexOptions.Singleline, 1_000)]
    private static partial Regex Asked();

    [GeneratedRegex(@"\b(latest|news|current|currently|today)\b", RegexOptions.IgnoreCase, 1_000)]
    private static partial Regex Current();

    [GeneratedRegex(@"\(or else: ([^)]+)\)", RegexOptions.None, 1_000)]
    private static partial Regex OtherWords();
}
