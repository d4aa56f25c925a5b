using System.ComponentModel.DataAnnotations;

namespace Navigator.Runtime.Webhooks;

/// <summary>The signature of webhooks, and the addresses that they may have.</summary>
public sealed record WebhookOptions : IValidatableObject
{
    public const string Section = "Webhooks";

    private const string Prefix = "whsec_";
    private const int ShortestSecret = 24;

    /// <summary>For tests on one machine: also allows callbacks over http and to loopback.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>whsec_&lt;base64 of 24 bytes or more&gt;, for embedded mode. With a database each tenant has its own secret.</summary>
    public string? Secret { get; init; }

    /// <summary>Null if no secret is set.</summary>
    public byte[]? SecretBytes() => string.IsNullOrEmpty(Secret) ? null : Convert.FromBase64String(Secret[Prefix.Length..]);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var bytes = new byte[Secret?.Length ?? 0];
        if (!string.IsNullOrEmpty(Secret)
            && !(Secret.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(Secret[Prefix.Length..], bytes, out var length)
                && length >= ShortestSecret))
            yield return new ValidationResult($"Webhooks:Secret must be {Prefix} and the base64 of {ShortestSecret} bytes or more.");
    }
}
