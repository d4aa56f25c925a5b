using System.Text.Json;
using System.Text.Json.Serialization;
using Navigator.Contracts.Chat;

namespace Navigator.Storage.Ledger;

/// <summary>
/// The results by tool. A tool that has not reported or was skipped has none. The ledger stores each tool's JSON without interpreting it. The
/// tool parses its own part, strictly, when it is needed.
/// </summary>
public sealed class ToolResults
{
    private readonly IReadOnlyList<Part> parts;

    public ToolResults() : this([])
    {
    }

    private ToolResults(IReadOnlyList<Part> parts) => this.parts = parts;

    /// <summary>Returns the results with a tool's new result, which replaces its earlier one.</summary>
    public ToolResults With(Tool tool, ToolResult found) =>
        new([.. parts.Where(part => part.Tool != tool), new Part(tool, found, null)]);

    /// <summary>Returns a tool's result; null if it has not reported.</summary>
    /// <exception cref="StoredFormatException">The stored result has a format that this program cannot read.</exception>
    public T? Of<T>(Tool tool) where T : ToolResult => parts.FirstOrDefault(part => part.Tool == tool) switch
    {
        { Found: { } found } => (T)found,
        { Stored: { } json } => StoredJson.Read<T>(json),
        _ => null,
    };

    /// <param name="Found">The result as the tool reported it in this process; null if it was read from the row.</param>
    /// <param name="Stored">The JSON in the row.</param>
    private readonly record struct Part(Tool Tool, ToolResult? Found, string? Stored);

    /// <summary>Writes one object with a member for each tool and the number of the format.</summary>
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
                        throw new JsonException("The format is newer than this program.");
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

/// <summary>The result of one tool.</summary>
public abstract record ToolResult;

/// <param name="Passages">Best first.</param>
/// <param name="ElapsedMs">From the start of the tools stage to the report, with queueing, on the reporter's clock.</param>
public sealed record DocumentsResult(IReadOnlyList<FoundPassage> Passages, long ElapsedMs) : ToolResult
{
    /// <summary>True if the best passage matches the question well enough to be worth an answer.</summary>
    public bool Fits { get; init; } = true;

    /// <summary>The best candidates before places were chosen, in the order of fusion; bounded by Retrieval:Explained.</summary>
    public IReadOnlyList<RankedCandidate> Candidates { get; init; } = [];
}

/// <summary>How one passage was ranked. Ranks count from 1; null if the leg, or the answer, does not have it.</summary>
/// <param name="VectorRank">By cosine with the question itself.</param>
/// <param name="LexicalRank">By coverage of the question itself.</param>
/// <param name="Dropped">Why the answer may not use it; null if it may.</param>
public sealed record RankedCandidate(
    Guid PassageId, Guid DocumentId, int? VectorRank, double? Cosine, int? LexicalRank, double? Coverage, int FusedRank, double Score, int? Rank,
    string? Dropped);

/// <param name="Score">0 to 1: cosine + weight · coverage² over its largest value; with offline vectors, fused ranks and covered words.</param>
/// <param name="Similarity">Cosine of question and passage, −1 to 1; null if only the lexical leg found it.</param>
public sealed record FoundPassage(Guid PassageId, Guid DocumentId, double Score, double? Similarity);

/// <param name="Pages">Best first.</param>
/// <param name="ElapsedMs">Duration of the search, in milliseconds.</param>
public sealed record WebSearchResult(IReadOnlyList<FoundPage> Pages, long ElapsedMs) : ToolResult;

public sealed record FoundPage(string Url, string Title, string Content, double Score);
