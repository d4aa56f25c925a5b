using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Navigator.Api.Access;
using Navigator.Api.Documents;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Tests;

/// <summary>Who is let in, and to what. Embedded: with keys in the settings, and on loopback without.</summary>
public sealed class AccessTests : IDisposable
{
    private static readonly ApiKey Acme = ApiKey.Create(), Zebra = ApiKey.Create();

    private readonly WebApplicationFactory<SampleDocuments> open = new();
    private readonly WebApplicationFactory<SampleDocuments> guarded = new WebApplicationFactory<SampleDocuments>().WithWebHostBuilder(
        host => host.UseSetting("Keys:acme", Acme.Reveal()).UseSetting("Keys:zebra", Zebra.Reveal()));

    [Fact]
    public void Every_route_says_which_scope_it_needs_or_that_it_is_open()
    {
        open.CreateClient().Dispose();
        var routes = open.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        Assert.True(routes.Count > 20, $"only {routes.Count} routes");
        foreach (var route in routes)
        {
            var (needed, policies, isOpen) = (
                route.Metadata.GetMetadata<NeededScope>(), route.Metadata.GetOrderedMetadata<IAuthorizeData>(),
                route.Metadata.GetMetadata<IAllowAnonymous>() is not null);
            Assert.True(isOpen ? needed is null : needed is not null && Scope.All.Contains(needed.Name)
                && policies.Any(policy => policy.Policy == needed.Name), route.DisplayName);
        }
        Assert.Equal(
            ["/health/live", "/health/ready", "/openapi/{documentName}.json"],
            routes.Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(route => route.RoutePattern.RawText)
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, null, 401, "key_missing")]
    [InlineData("Authorization", "Bearer", 401, "key_not_valid")]
    [InlineData("Authorization", "Bearer nonsense", 401, "key_not_valid")]
    [InlineData("Authorization", "Basic dXNlcjpwYXNz", 401, "key_not_valid")]
    [InlineData("Authorization", "Bearer nav_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 401, "key_not_valid")]
    [InlineData("X-Api-Key", "nav_aaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 401, "key_not_valid")]
    public async Task Without_a_valid_key_nothing_is_said(string? header, string? value, int status, string code)
    {
        using var client = guarded.CreateClient();
        if (header is not null)
            client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);

        using var response = await client.GetAsync(new Uri("/v1/documents", UriKind.Relative));

        await ApiHost.AssertProblem(response, status, code);
        Assert.StartsWith("Bearer", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_either_header_is_its_tenants_and_two_at_once_are_none()
    {
        using var client = guarded.CreateClient();
        async Task<HttpStatusCode> Get(params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/documents");
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Get(("Authorization", $"Bearer {Acme.Reveal()}")));
        Assert.Equal(HttpStatusCode.OK, await Get(("Authorization", $"bearer {Acme.Reveal()}")));
        Assert.Equal(HttpStatusCode.OK, await Get(("X-Api-Key", Acme.Reveal())));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(("X-Api-Key", Acme.Reveal()), ("Authorization", $"Bearer {Zebra.Reveal()}")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(("X-Api-Key", (Acme with { Secret = Zebra.Secret }).Reveal())));
    }

    [Fact]
    public async Task Embedded_tenants_do_not_see_each_other_either()
    {
        using var acme = As(Acme);
        using var zebra = As(Zebra);
        using var form = new MultipartFormDataContent { { new ByteArrayContent("# Ours"u8.ToArray()), "file", "ours.md" } };
        using var uploaded = await acme.PostAsync(new Uri("/v1/documents", UriKind.Relative), form);
        var self = uploaded.Headers.Location!;

        Assert.Equal(HttpStatusCode.OK, (await acme.GetAsync(self)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await zebra.GetAsync(self)).StatusCode);
        await ApiHost.AssertProblem(await zebra.GetAsync(new Uri($"{self}/original", UriKind.Relative)), 404, "document_not_found");
        Assert.Equal("# Ours", await acme.GetStringAsync(new Uri($"{self}/original", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.NotFound, (await zebra.DeleteAsync(self)).StatusCode);
        Assert.DoesNotContain("ours", await zebra.GetStringAsync(new Uri("/v1/documents", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await acme.GetAsync(self)).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "localhost.evil.example")]
    public async Task Without_keys_a_page_of_somebody_elses_is_not_served(string header, string value)
    {
        using var client = open.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/documents");
        request.Headers.TryAddWithoutValidation(header, value);

        await ApiHost.AssertProblem(await client.SendAsync(request), 403, "cross_site");
    }

    [Theory]
    [InlineData("Origin", "http://localhost")]
    [InlineData("Host", "127.0.0.1:8080")]
    [InlineData("Host", "[::1]:8080")]
    public async Task Without_keys_its_own_page_and_programs_are(string header, string value)
    {
        using var client = open.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/documents");
        request.Headers.TryAddWithoutValidation(header, value);

        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_tenant_that_asks_too_often_is_told_so_and_another_is_served()
    {
        using var slow = guarded.WithWebHostBuilder(host => host.UseSetting("Concurrency:Http:TenantRequestsPerSecond", "5"));
        using var acme = slow.CreateClient();
        using var zebra = slow.CreateClient();
        acme.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Acme.Reveal());
        zebra.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Zebra.Reveal());

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => acme.GetAsync(new Uri("/v1/documents", UriKind.Relative))));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        await ApiHost.AssertProblem(refused, 429, "too_many_requests");
        Assert.Equal(HttpStatusCode.OK, (await zebra.GetAsync(new Uri("/v1/documents", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task The_first_key_that_is_made_while_the_process_runs_is_asked_for_within_seconds()
    {
        using var client = open.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/v1/documents", UriKind.Relative))).StatusCode);
        var registry = new SqliteTenantRegistry(open.Services.GetRequiredService<SqliteDatabase>());
        await registry.Create("acme", default);

        var key = await registry.CreateKey("acme", [Scope.Documents], null, default);

        await Eventually.Holds(async () =>
            (await client.GetAsync(new Uri("/v1/documents", UriKind.Relative))).StatusCode == HttpStatusCode.Unauthorized);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/v1/documents", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Embedded_a_tenant_with_a_secret_of_its_own_is_told_and_one_without_is_not()
    {
        using var acme = As(Acme);
        using var zebra = As(Zebra);
        await new SqliteTenantRegistry(guarded.Services.GetRequiredService<SqliteDatabase>()).Create("acme", default);
        // A name that leads inside, where nothing is sent.
        var question = new { question = "What is covered?", callback_url = "https://localhost:1/" };

        using var told = await acme.PostAsJsonAsync("/v1/chat/jobs", question);

        Assert.Equal(HttpStatusCode.Accepted, told.StatusCode);
        await ApiHost.AssertProblem(await zebra.PostAsJsonAsync("/v1/chat/jobs", question), 422, "webhooks_off");
    }

    [Fact]
    public void A_key_is_nav_its_id_and_its_secret()
    {
        var key = ApiKey.Create();
        Assert.Matches("^nav_[a-z2-7]{12}_[a-z2-7]{32}$", key.Reveal());
        Assert.Equal(key, ApiKey.Parse(key.Reveal()));
        Assert.Distinct(Enumerable.Range(0, 100).Select(_ => ApiKey.Create().Secret));
        foreach (var wrong in new[] { "", "nav_", key.Reveal()[..^1], key.Reveal() + "a", key.Reveal().ToUpperInvariant(),
            key.Reveal().Replace("nav_", "vav_", StringComparison.Ordinal), key.Reveal()[..^1] + "1", key.Reveal()[..16] + "-" + key.Reveal()[17..] })
            Assert.Null(ApiKey.Parse(wrong));
    }

    public void Dispose()
    {
        open.Dispose();
        guarded.Dispose();
    }

    private HttpClient As(ApiKey key)
    {
        var client = guarded.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
        return client;
    }
}
