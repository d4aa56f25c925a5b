using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;
using Navigator.Storage.Rates;

namespace Navigator.SixthTool.Tests.Claims;

/// <summary>What the claims system found for a job.</summary>
/// <param name="ElapsedMs">The search itself, in milliseconds.</param>
internal sealed record ClaimsResult(IReadOnlyList<FoundClaim> Claims, long ElapsedMs) : ToolResult;

internal sealed record FoundClaim(string Number, string Text);

/// <summary>Claims from their system (POST /claims).</summary>
internal sealed class ClaimsClient : IDisposable
{
    public const string Upstream = "claims";
    private const int MaxText = 4_000;

    private readonly ClaimsOptions options;
    private readonly HttpClient http;
    private readonly UpstreamCall call;

    public ClaimsClient(
        IOptions<ClaimsOptions> options, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers, IRateLimits rates, TimeProvider clock)
    {
        this.options = options.Value;
        http = UpstreamHttp.Create(policy.Now.ForUpstream(Upstream));
        call = new UpstreamCall(Upstream, policy, registry, breakers, rates, clock);
    }

    /// <exception cref="UpstreamException">The claims system failed.</exception>
    public Task<IReadOnlyList<FoundClaim>> Find(string query, TimeSpan within, CancellationToken token) =>
        call.Run(cancel => Ask(query, cancel), within, token);

    public void Dispose() => http.Dispose();

    private async Task<IReadOnlyList<FoundClaim>> Ask(string query, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.BaseUrl, "claims"))
        {
            Content = JsonContent.Create(new { query }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        using var response = await http.SendAsync(request, token);
        response.EnsureSuccessStatusCode();
        // What comes back is not trusted: a row can hold no NUL, and no text without end.
        return await response.Content.ReadFromJsonAsync<List<Claim>>(token) is { } claims
            ?
            [
                .. claims.Where(claim => !string.IsNullOrWhiteSpace(claim.Number) && !string.IsNullOrWhiteSpace(claim.Text)).Take(options.Results)
                    .Select(claim => new FoundClaim(Storable(claim.Number!), Storable(claim.Text!))),
            ]
            : throw new UpstreamException(Upstream, UpstreamFailure.Invalid, "a response without claims");
    }

    private static string Storable(string text)
    {
        var clean = text.Replace("\0", "", StringComparison.Ordinal).Trim();
        return clean.Length <= MaxText ? clean : clean[..MaxText];
    }

    private sealed record Claim(string? Number, string? Text);
}
