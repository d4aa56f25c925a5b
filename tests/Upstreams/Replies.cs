using System.Buffers.Binary;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Navigator.Upstreams;

/// <summary>What a well-behaved upstream would say, and its wrong variants that are about content.</summary>
internal static partial class Replies
{
    private const int Dimensions = 1_536;

    public static object Embeddings(JsonElement request, Fault fault)
    {
        var input = request.GetProperty("input");
        var texts = input.ValueKind == JsonValueKind.Array ? [.. input.EnumerateArray().Select(text => text.GetString()!)] : new[] { input.GetString()! };
        var base64 = request.TryGetProperty("encoding_format", out var format) && format.GetString() == "base64";
        var data = texts.Select((text, index) => new { @object = "embedding", index, embedding = Encode(Vector(text, fault), base64) }).ToList();
        if (fault == Fault.Shuffled)
            data.Reverse();
        if (fault == Fault.WrongCount)
            data.RemoveAt(data.Count - 1);
        return new { @object = "list", model = request.GetProperty("model").GetString(), data, usage = new { prompt_tokens = 1, total_tokens = 1 } };
    }

    public static object Completion(JsonElement request, Fault fault)
    {
        var prompt = request.GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()!;
        var cites = prompt.Contains("<source number=\"1\"", StringComparison.Ordinal) ? " [1]" : "";
        var text = fault switch
        {
            Fault.Empty => "",
            Fault.InventedCitations => "This is certain [7], as everybody knows [42]" + cites + ".",
            _ => $"The stand-in read the sources and answers from the first{cites}.",
        };
        var message = fault == Fault.Refusal
            ? new { role = "assistant", content = (string?)null, refusal = (string?)"I would rather not." }
            : new { role = "assistant", content = (string?)text, refusal = (string?)null };
        return new
        {
            id = "chatcmpl-1",
            @object = "chat.completion",
            created = 1,
            model = request.GetProperty("model").GetString(),
            choices = new[] { new { index = 0, message, finish_reason = "stop" } },
            usage = new { prompt_tokens = 10, completion_tokens = 10, total_tokens = 20 },
        };
    }

    public static object Moderation(JsonElement request, Fault fault) => new
    {
        id = "modr-1",
        model = "omni-moderation-latest",
        results = new[] { new { flagged = fault == Fault.Refusal || request.GetProperty("input").ToString().Contains("FLAGGED", StringComparison.Ordinal) } },
    };

    public static object Search(JsonElement request, Fault fault)
    {
        var query = request.GetProperty("query").GetString();
        return new
        {
            query,
            results = new[]
            {
                new { title = "The stand-in's page", url = "https://example.org/a", content = $"What the web says about: {query}", score = 0.9 },
                new { title = "Another page", url = "https://example.org/b", content = "Less fitting.", score = 0.4 },
                new { title = "Not a web page", url = "javascript:alert(1)", content = "Never to be shown.", score = 0.3 },
            },
            response_time = 0.1,
        };
    }

    /// <summary>The words of the text, hashed: texts that share words are near each other.</summary>
    private static float[] Vector(string text, Fault fault)
    {
        if (fault == Fault.WrongDimensions)
            return [1, 0, 0];
        var vector = new float[Dimensions];
        foreach (Match word in Word().Matches(text.ToLowerInvariant()))
        {
            var hash = 2_166_136_261u;
            foreach (var letter in word.ValueSpan)
                hash = (hash ^ letter) * 16_777_619u;
            vector[hash % Dimensions] += 1;
        }
        vector[0] += 0.01f;
        if (fault == Fault.NotANumber)
            vector[7] = float.NaN;
        return vector;
    }

    /// <summary>Always base64 where NaN is to be sent: JSON has no such number.</summary>
    private static object Encode(float[] vector, bool base64)
    {
        if (!base64)
            return vector;
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        return Convert.ToBase64String(bytes);
    }

    [GeneratedRegex("[a-z0-9]+", RegexOptions.None, 1_000)]
    private static partial Regex Word();
}
