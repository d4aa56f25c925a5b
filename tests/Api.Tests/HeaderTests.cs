namespace Navigator.Api.Tests;

/// <summary>What every response says to browsers, whatever it is a response to.</summary>
public sealed class HeaderTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/page.js")]
    [InlineData("GET", "/v1/chat/jobs")]
    [InlineData("GET", "/v1/chat/jobs/nonsense")]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("POST", "/v1/chat/jobs")]
    [InlineData("PATCH", "/v1/chat/jobs")]
    [InlineData("GET", "/health/live")]
    [InlineData("GET", "/openapi/v1.json")]
    public async Task Every_response_carries_the_security_headers_and_none_says_what_serves_it(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST")
            request.Content = new StringContent("{", System.Text.Encoding.UTF8, "application/json");

        using var response = await api.Client.SendAsync(request);

        Assert.Contains("default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("X-Powered-By"));
        // Over plain HTTP nobody may be bound to TLS.
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("OPTIONS")]
    public async Task No_other_origin_may_read_anything(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v1/chat/jobs");
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "GET");

        using var response = await api.Client.SendAsync(request);

        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }
}
