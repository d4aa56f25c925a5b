using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Storage.Rates;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>Searches the web with Tavily (POST /search). Results are cached per tenant for a while.</summary>
internal sealed class TavilyClient : IDisposable
{
    private const string Upstream = UpstreamNames.Tavily;

    /// <summary>Not a setting: 25 MB at most, and a query that is not cached costs one call.</summary>
    private const int CachedQueries = 1_000;

    /// <summary>Maximum characters of a page. Not a setting: a quarter of the sources of an answer (Answer:SourceTokens).</summary>
    private const int MaxContent = 4_000;

    private readonly WebSearchOptions options;
    private readonly HttpClient http;
    private readonly UpstreamCall call;
    private readonly TenantCache<IReadOnlyList<FoundPage>> cache = new(CachedQueries);

    public TavilyClient(
        IOptions<WebSearchOptions> options, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers, IRateLimits rates,
        TimeProvider clock)
    {
        this.options = options.Value;
        http = UpstreamHttp.Create(policy.Now.ForUpstream(Upstream));
        call = new UpstreamCall(Upstream, policy, registry, breakers, rates, clock);
    }

    /// <returns>Pages, best first, at most as many as the options say.</returns>
    /// <exception cref="UpstreamException">Tavily failed.</exception>
    public async Task<IReadOnlyList<FoundPage>> Search(string tenant, string query, TimeSpan within, CancellationToken token)
    {
        if (cache.Get(tenant, query) is { } known)
            return known;
        var pages = await call.Run(cancel => Ask(query, cancel), within, token);
        if (options.CacheFor > TimeSpan.Zero)
            cache.Set(tenant, query, pages, options.CacheFor);
        return pages;
    }

    public void Dispose()
    {
        http.Dispose();
        cache.Dispose();
    }

    private async Task<IReadOnlyList<FoundPage>> Ask(string query, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.BaseUrl, "search"))
        {
            Content = JsonContent.Create(new { query, max_results = options.Results, search_depth = "basic" }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        using var response = await http.SendAsync(request, token);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
            throw new UpstreamException(Upstream, UpstreamFailure.Unavailable, "HTTP 429", response.Headers.RetryAfter?.Delta);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadFromJsonAsync<Response>(token);
        if (body?.Results is not { } results)
            throw new UpstreamException(Upstream, UpstreamFailure.Invalid, "a response without results");
        return
        [
            .. results.Where(page => Uri.TryCreate(page.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                .Where(page => !string.IsNullOrWhiteSpace(page.Content)).Take(options.Results)
                .Select(page => new FoundPage(page.Url!, Storable(page.Title, page.Url!), Storable(page.Content, ""), double.IsFinite(page.Score)
                    ? page.Score
                    : 0)),
        ];
    }

    /// <summary>Returns text that the database can store: without NUL and of limited length.</summary>
    private static string Storable(string? text, string otherwise)
    {
        var clean = (text ?? "").Replace("\0", "", StringComparison.Ordinal).Trim();
        return clean.Length == 0 ? otherwise : clean.Length <= MaxContent ? clean : clean[..MaxContent];
    }

    private sealed record Response(IReadOnlyList<Page>? Results);

    private sealed record Page(string? Url, string? Title, string? Content, double Score);
}
