using System.ComponentModel.DataAnnotations;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>Web search with Tavily. Without a key the web is not searched.</summary>
public sealed record WebSearchOptions
{
    public const string Section = "Tavily";

    /// <summary>The key of Tavily. Unset: no web search.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Address of Tavily's API.</summary>
    [HttpAddress] public Uri BaseUrl { get; init; } = new("https://api.tavily.com");

    /// <summary>Pages per query. Default: 3.</summary>
    [Range(1, 10)] public int Results { get; init; } = 3;

    /// <summary>How long the pages of a query are cached. Default: 5 minutes.</summary>
    [DurationRange("0ms", "1d")] public TimeSpan CacheFor { get; init; } = TimeSpan.FromMinutes(5);

    public bool IsConfigured => !string.IsNullOrWhiteSpace(ApiKey);
}
