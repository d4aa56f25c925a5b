using System.ComponentModel.DataAnnotations;
using Navigator.Runtime.Upstreams;

namespace Navigator.SixthTool.Tests.Claims;

/// <summary>The claims system. Without a key no question goes to it.</summary>
public sealed record ClaimsOptions
{
    public const string Section = "Claims";

    /// <summary>Unset: no claims.</summary>
    public string? ApiKey { get; init; }

    [HttpAddress] public Uri BaseUrl { get; init; } = new("https://claims.example.org");

    /// <summary>Claims per query. Default: 5.</summary>
    [Range(1, 20)] public int Results { get; init; } = 5;

    public bool IsConfigured => !string.IsNullOrWhiteSpace(ApiKey);
}
