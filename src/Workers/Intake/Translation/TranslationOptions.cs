using System.ComponentModel.DataAnnotations;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Intake.Translation;

/// <summary>The translation providers. Default: OpenAI's small model, if one is configured.</summary>
public sealed record TranslationOptions : IValidatableObject
{
    public const string Section = "Translation";

    /// <summary>Providers that replace each other. Their success and cost decide which is asked first. Default: none.</summary>
    public IReadOnlyList<TranslationProvider> Providers { get; init; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var provider in Providers)
        {
            var errors = new List<ValidationResult>();
            if (!Validator.TryValidateObject(provider, new ValidationContext(provider), errors, validateAllProperties: true))
                yield return new ValidationResult($"Translation:Providers '{provider.Name}': {errors[0].ErrorMessage}");
        }
        if (Providers.DistinctBy(provider => provider.Name).Count() != Providers.Count)
            yield return new ValidationResult("Translation:Providers: two providers have the same Name.");
    }
}

/// <summary>A server that speaks OpenAI's protocol.</summary>
public sealed record TranslationProvider
{
    /// <summary>The provider's name in logs, metrics and limits.</summary>
    [Required, RegularExpression("[a-z0-9-]{1,30}")] public string Name { get; init; } = "";

    /// <summary>Address of the provider's API, including its version.</summary>
    [Required, HttpAddress] public Uri? BaseUrl { get; init; }

    /// <summary>The key of the provider.</summary>
    [Required] public string ApiKey { get; init; } = "";

    /// <summary>The model that translates.</summary>
    [Required] public string Model { get; init; } = "";

    /// <summary>Cost of a million tokens, in any currency that is the same for all providers. Default: 0.</summary>
    [Range(0, 1_000_000)] public double Cost { get; init; }
}
