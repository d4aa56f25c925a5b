using System.Text.Json;
using System.Text.Json.Serialization;
using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>
/// What the tools reported, by tool; nothing for one that has not, or was skipped. The ledger keeps each tool's part as it stands on the
/// row and knows none of them. The tool reads its own part, strictly, when it is needed.
/// </summary>
public sealed class ToolResults
{
    private readonly IReadOnlyList<Part> parts;

    public ToolResults() : this([])
    {
    }

    private ToolResults(IReadOnlyList<Part> parts) => this.parts = parts;

    /// <summary>The same with what a tool has found now, which takes the place of what it found before.</summary>
    public ToolResults With(Tool tool, ToolResult found) =>
        new([.. parts.Where(part => part.Tool != tool), new Part(tool, found, null)]);

    /// <summary>What a tool found; null when it has not reported.</summary>
    /// <exception cref="StoredFormatException">It is not stored as this program knows it.</exception>
    public T? Of<T>(Tool tool) where T : ToolResult => parts.FirstOrDefault(part => part.Tool == tool) switch
    {
        { Found: { } found } => (T)found,
        { Stored: { } json } => StoredJson.Read<T>(json),
        _ => null,
    };

    /// <param name="Found">As the tool has reported it to this process; null where the part was read from the row.</param>
    /// <param name="Stored">As it stands on the row.</param>
    private readonly record struct Part(Tool Tool, ToolResult? Found, string? Stored);

    /// <summary>One object, with a member for each tool beside the number of the format.</summary>
    internal sealed class Converter(int format) : JsonConverter<ToolResults>
    {
        public override ToolResults Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException();
            var parts = new List<Part>();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name == StoredJson.Format)
                {
                    if (reader.GetInt32() > format)
                        throw new JsonException("A newer format.");
                    continue;
                }
                using var part = JsonDocument.ParseValue(ref reader);
                if (part.RootElement.ValueKind != JsonValueKind.Null)
                    parts.Add(new Part(new Tool(name), null, part.RootElement.GetRawText()));
            }
            return new ToolResults(parts);
        }

        public override void Write(Utf8JsonWriter writer, ToolResults value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteNumber(StoredJson.Format, format);
            foreach (var (tool, found, stored) in value.parts)
            {
                writer.WritePropertyName(tool.Name);
                if (stored is not null)
                    writer.WriteRawValue(stored);
                else
                    JsonSerializer.Serialize(writer, found, found!.GetType(), options);
            }
            writer.WriteEndObject();
        }
    }
}

/// <summary>What one tool found.</summary>
public abstract record ToolResult;

/// <param name="Passages">Best first.</param>
/// <param name="ElapsedMs">From the start of the tools stage to the report, on the reporter's clock: queueing included.</param>
public sealed record DocumentsResult(IReadOnlyList<FoundPassage> Passages, long ElapsedMs) : ToolResult
{
    /// <summary>Is the best of it near enough to the question to be worth an answer?</summary>
    public bool Fits { get; init; } = true;
}

/// <param name="Score">Reciprocal-rank fusion of the legs, 1 for a passage that every leg ranks first.</param>
/// <param name="Similarity">Cosine of question and passage, −1 to 1; null when only the lexical leg found it.</param>
public sealed record FoundPassage(Guid PassageId, Guid DocumentId, double Score, double? Similarity);

/// <param name="Pages">Best first.</param>
/// <param name="ElapsedMs">The search itself, in milliseconds.</param>
public sealed record WebSearchResult(IReadOnlyList<FoundPage> Pages, long ElapsedMs) : ToolResult;

public sealed record FoundPage(string Url, string Title, string Content, double Score);
