using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Navigator.Storage.Ledger;

/// <summary>
/// How structured parts of a row are written: in snake_case, each with the number of its format, which is 1 where none stands. They are
/// read strictly: a member that is not known, or a format that is newer, is an error and not lost without a word.
/// </summary>
internal static class StoredJson
{
    /// <summary>
    /// What is stored, and the format that it is written in today. A record that changes so that a program of before would misread it gets
    /// the next number, and rows of the format before stay readable.
    /// </summary>
    private static readonly Dictionary<Type, int> Formats = new()
    {
        [typeof(JobOptions)] = 1,
        [typeof(StoredPlan)] = 1,
        [typeof(JobAnswer)] = 1,
        [typeof(JobEnd)] = 1,
        [typeof(ReplaySelection)] = 1,
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

    /// <summary>The records that are stored, for a test that looks at what they are made of.</summary>
    public static IReadOnlyCollection<Type> Types => Formats.Keys;

    public static string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), Options);

    /// <exception cref="StoredFormatException">It is newer than this program, or not what it should be.</exception>
    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options)!;
        }
        catch (JsonException error)
        {
            // Without the message of the error: it may quote what is stored.
            throw new StoredFormatException(
                NewestIn(json) is { } newer && newer > FormatOf<T>()
                    ? $"{typeof(T).Name} is stored in format {newer}, and this program knows {FormatOf<T>()}: a newer one wrote it."
                    : $"{typeof(T).Name} is not stored as this program knows it (at {error.Path}).", error);
        }
    }

    /// <summary>snake_case, as the CHECK constraints spell it.</summary>
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
                throw new JsonException("A newer format.");
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
