using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Webhooks;

/// <summary>What callbacks are signed with, and where they may lead.</summary>
public sealed record WebhookOptions : IValidatableObject
{
    public const string Section = "Webhooks";

    private const string Prefix = "whsec_";
    private const int ShortestSecret = 24;

    /// <summary>For tests on one machine: callbacks over http, and to loopback, are allowed too.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>whsec_&lt;base64 of 24 bytes or more&gt;, for embedded mode; with a database, each tenant has its own.</summary>
    public string? Secret { get; init; }

    /// <summary>Null where there is none.</summary>
    public byte[]? SecretBytes() => string.IsNullOrEmpty(Secret) ? null : Convert.FromBase64String(Secret[Prefix.Length..]);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var bytes = new byte[Secret?.Length ?? 0];
        if (!string.IsNullOrEmpty(Secret)
            && !(Secret.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(Secret[Prefix.Length..], bytes, out var length)
                && length >= ShortestSecret))
            yield return new ValidationResult($"Webhooks:Secret is not {Prefix} and the base64 of {ShortestSecret} bytes or more.");
    }
}
