using System.Text.Json;

namespace Navigator.Evaluation;

/// <summary>A question on a document, one line of a JSONL file. Kinds are free; "unanswerable" has a meaning of its own.</summary>
/// <param name="Expect">Each of these strings is in a good answer. Empty for an unanswerable question.</param>
/// <param name="Page">The pages that answer it, from 1. Empty for an unanswerable question.</param>
internal sealed record Question(string Text, string Kind, IReadOnlyList<string> Expect, IReadOnlyList<int> Page)
{
    public const string Unanswerable = "unanswerable";

    public bool IsAnswerable => Kind != Unanswerable;

    /// <exception cref="InvalidDataException">A line is not a question.</exception>
    public static IReadOnlyList<Question> Read(string file) =>
        [.. File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)).Select((line, i) => Parse(line, $"{file}, line {i + 1}"))];

    private static Question Parse(string line, string place)
    {
        try
        {
            var json = JsonDocument.Parse(line).RootElement;
            return new Question(
                json.GetProperty("question").GetString()!, json.TryGetProperty("kind", out var kind) ? kind.GetString()! : "direct",
                [.. json.GetProperty("expect").EnumerateArray().Select(text => text.GetString()!)],
                [.. json.GetProperty("page").EnumerateArray().Select(page => page.GetInt32())]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{place} is no question with 'question', 'expect' and 'page'.", error);
        }
    }
}
