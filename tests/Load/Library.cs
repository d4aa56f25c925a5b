using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Navigator.Load;

/// <summary>Documents of words that nobody wrote, so that there is something to search.</summary>
internal static class Library
{
    /// <summary>A document's size in words: some 250 passages.</summary>
    private const int Words = 50_000;

    private const int Vocabulary = 20_000;

    /// <summary>Uploads documents until there are so many passages, those counted that are there already.</summary>
    public static async Task Fill(HttpClient http, int wanted, CancellationToken token)
    {
        var (there, number, started) = (wanted == 0 ? 0 : await Count(http, token), 0, Stopwatch.GetTimestamp());
        while (there < wanted)
        {
            using var form = new MultipartFormDataContent
            {
                { new ByteArrayContent(Encoding.UTF8.GetBytes(Write(new Random(there + number++)))), "file", "made-up.md" },
            };
            using var response = await http.PostAsync(new Uri("/v1/documents", UriKind.Relative), form, token);
            var document = await response.Content.ReadFromJsonAsync<JsonElement>(token);
            while (document.GetProperty("status").GetString() is not ("ready" or "failed"))
            {
                await Task.Delay(50, token);
                document = await http.GetFromJsonAsync<JsonElement>(document.GetProperty("links").GetProperty("self").GetString(), token);
            }
            there += document.GetProperty("passages").GetInt32();
        }
        if (wanted > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{there} passages, {number} documents uploaded in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s"));
    }

    private static async Task<int> Count(HttpClient http, CancellationToken token)
    {
        var count = 0;
        for (var path = "/v1/documents?limit=100"; path is not null;)
        {
            var page = await http.GetFromJsonAsync<JsonElement>(path, token);
            count += page.GetProperty("data").EnumerateArray()
                .Sum(document => document.GetProperty("passages") is { ValueKind: JsonValueKind.Number } passages ? passages.GetInt32() : 0);
            path = page.GetProperty("next_cursor") is { ValueKind: JsonValueKind.String } next ? $"/v1/documents?limit=100&cursor={next}" : null;
        }
        return count;
    }

    /// <summary>Few words often and most of them rarely, as people write.</summary>
    private static string Write(Random random)
    {
        var text = new StringBuilder();
        for (var word = 1; word <= Words; word++)
        {
            text.Append(CultureInfo.InvariantCulture, $"w{(int)Math.Pow(Vocabulary, random.NextDouble())}");
            text.Append(word % 200 == 0 ? ".\n\n" : word % 12 == 0 ? ". " : " ");
        }
        return text.ToString();
    }
}
