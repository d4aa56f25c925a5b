using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace Navigator.Runtime.Upstreams;

/// <summary>What a model's reply looks like, for the model and for what reads it.</summary>
public static class ReplySchema
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 8,
    };

    /// <summary>The shape of <typeparamref name="T"/>, as a schema that leaves no room for anything else.</summary>
    public static JsonNode Of<T>() where T : class => new JsonSerializerOptions(Json)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = JsonSerializerOptions.Default.TypeInfoResolver,
    }.GetJsonSchemaAsNode(typeof(T), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
}
