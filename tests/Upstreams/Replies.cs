using System.Buffers.Binary;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Navigator.Upstreams;

/// <summary>What a well-behaved upstream would say, and its wrong variants that are about content.</summary>
internal static partial class Replies
{
    private const int Dimensions = 1_536;

    public static object Embeddings(JsonElement request, Behaviour behaviour, Fault fault)
    {
        var input = request.GetProperty("input");
        var texts = input.ValueKind == JsonValueKind.Array
            ? [.. input.EnumerateArray().Select(text => text.GetString()!)]
            : new[] { input.GetString()! };
        var base64 = request.TryGetProperty("encoding_format", out var format) && format.GetString() == "base64";
        var data = texts.Select((text, index) => new { @object = "embedding", index, embedding = Encode(Vector(text, fault), base64) }).ToList();
        if (fault == Fault.Shuffled)
            data.Reverse();
        if (fault == Fault.WrongCount)
            data.RemoveAt(data.Count - 1);
        return new { @object = "list", model = request.GetProperty("model").GetString(), data, usage = new { prompt_tokens = 1, total_tokens = 1 } };
    }

    /// <summary>A text that says FLAGGED is flagged, one that says SELF-HARM for that.</summary>
    public static object Moderation(JsonElement request, Behaviour behaviour, Fault fault)
    {
        var input = request.GetProperty("input").ToString();
        var selfHarm = input.Contains("SELF-HARM", StringComparison.Ordinal);
        var flagged = selfHarm || fault == Fault.Refusal || input.Contains("FLAGGED", StringComparison.Ordinal);
        string[] names =
        [
            "sexual", "sexual/minors", "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
            "self-harm/intent", "self-harm/instructions", "violence", "violence/graphic",
        ];
        var result = new Dictionary<string, object>
        {
            ["flagged"] = flagged,
            ["categories"] = names.ToDictionary(name => name, name => name == (selfHarm ? "self-harm" : "harassment") && flagged),
            ["category_scores"] = names.ToDictionary(name => name, _ => flagged ? 0.5 : 0.001),
            ["category_applied_input_types"] = names.ToDictionary(name => name, _ => new[] { "text" }),
        };
        return new { id = "modr-1", model = "omni-moderation-latest", results = new[] { result } };
    }

    public static object Search(JsonElement request, Behaviour behaviour, Fault fault)
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
