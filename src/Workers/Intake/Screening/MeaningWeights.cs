using System.Text.Json;

namespace Navigator.Workers.Intake.Screening;

/// <summary>The trained classifiers: screening-weights.json, which <c>make train-screening</c> writes.</summary>
/// <param name="Model">The embedding model whose vectors they know.</param>
/// <param name="Dimensions">Length of its vectors.</param>
/// <param name="Lines">SHA-256 of the lines in the repository that they were trained with.</param>
/// <param name="SourceFloor">Sentences of sources that are less suspicious by their words are not embedded. 0 to 1.</param>
internal sealed record MeaningWeights(
    string Model, int Dimensions, string Lines, double SourceFloor, LinearWeights QuestionWords, LinearWeights Question,
    LinearWeights SourceWords, LinearWeights Source)
{
    public const string File = "screening-weights.json";

    public static JsonSerializerOptions Form { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static MeaningWeights Load()
    {
        using var resource = typeof(MeaningWeights).Assembly.GetManifestResourceStream(File)!;
        return JsonSerializer.Deserialize<MeaningWeights>(resource, Form)!;
    }
}
