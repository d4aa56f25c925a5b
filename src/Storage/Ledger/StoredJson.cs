using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Navigator.Storage.Ledger;

/// <summary>
/// Reads and writes the JSON parts of a row. They are in snake_case and carry the number of their format; no number means format 1. Reading
/// is strict: an unknown member or a newer format is an error, so that no data is lost silently.
/// </summary>
internal static class StoredJson
{
    /// <summary>
    /// The stored records and the format in which each is written today. A record gets the next number when an older program would misread
    /// its change. Rows in earlier formats stay readable.
    /// </summary>
    private static readonly Dictionary<Type, int> Formats = new()
    {
        [typeof(JobOptions)] = 2,
        [typeof(StoredPlan)] = 1,
        [typeof(JobAnswer)] = 1,
        [typeof(JobEnd)] = 1,
        [typeof(ReplaySelection)] = 2,
    };

    /// <summary>The member that holds a part's number.</summary>
    public const string Format = "format";

    private const int ToolResultsFormat = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new StoredPlanConverter(), new ToolResults.Converter(ToolResultsFormat),
        },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { AddFormat } },
    };

    /// <summary>The stored records, for a test that checks their members.</summary>
    public static IReadOnlyCollection<Type> Types => Formats.Keys;

    public static string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), Options);

    /// <exception cref="StoredFormatException">A newer program wrote the value, or it is malformed.</exception>
    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options)!;
        }
        catch (JsonException error)
        {
            // The error's own message is left out, because it may quote stored text.
            throw new StoredFormatException(
                NewestIn(json) is { } newer && newer > FormatOf<T>()
                    ? $"{typeof(T).Name} is stored in format {newer}; this program reads format {FormatOf<T>()}. A newer program wrote it."
                    : $"{typeof(T).Name} is not stored in a form that this program reads (at {error.Path}).", error);
        }
    }

    /// <summary>Returns a name in snake_case, as the CHECK constraints spell it.</summary>
    public static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static T Parse<T>(string name) where T : struct, Enum => Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static void AddFormat(JsonTypeInfo type)
    {
        if (!Formats.TryGetValue(type.Type, out var current))
            return;
        var format = type.CreateJsonPropertyInfo(typeof(int), Format);
        format.Get = _ => current;
        format.Set = (_, value) =>
        {
            if ((int)value! > current)
                throw new JsonException("The format is newer than this program.");
        };
        type.Properties.Insert(0, format);
    }

    private static int FormatOf<T>() => Formats.GetValueOrDefault(typeof(T).IsArray ? typeof(T).GetElementType()! : typeof(T), 1);

    private static int? NewestIn(string json)
    {
        try
        {
            using var stored = JsonDocument.Parse(json);
            return stored.RootElement.ValueKind == JsonValueKind.Array
                ? stored.RootElement.EnumerateArray().Max(NumberOf)
                : NumberOf(stored.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }

        static int? NumberOf(JsonElement part) =>
            part.ValueKind == JsonValueKind.Object && part.TryGetProperty(Format, out var format) && format.TryGetInt32(out var number)
                ? number
                : null;
    }
}
