using System.ComponentModel.DataAnnotations;

namespace Navigator.SixthTool.Tests.Claims;

/// <summary>The claims system. Without an address no question goes to it.</summary>
public sealed record ClaimsOptions
{
    public const string Section = "Claims";

    /// <summary>Unset: no claims.</summary>
    [HttpAddress] public Uri? BaseUrl { get; init; }

    /// <summary>Sent as a bearer token. Default: none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Claims per query. Default: 5.</summary>
    [Range(1, 20)] public int Results { get; init; } = 5;
}
