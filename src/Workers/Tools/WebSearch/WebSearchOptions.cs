using System.ComponentModel.DataAnnotations;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>Tavily. Without a key no question goes to the web.</summary>
public sealed record WebSearchOptions
{
    public const string Section = "Tavily";

    /// <summary>The key of Tavily. Unset: no web search.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Where Tavily's API lives.</summary>
    [HttpAddress] public Uri BaseUrl { get; init; } = new("https://api.tavily.com");

    /// <summary>Pages per query. Default: 3.</summary>
    [Range(1, 10)] public int Results { get; init; } = 3;

    /// <summary>How long a query's pages serve again. Default: 5 minutes.</summary>
    [DurationRange("0ms", "1d")] public TimeSpan CacheFor { get; init; } = TimeSpan.FromMinutes(5);

    public bool IsConfigured => !string.IsNullOrWhiteSpace(ApiKey);
}
