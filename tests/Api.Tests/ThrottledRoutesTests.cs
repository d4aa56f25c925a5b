using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Navigator.Api.Access;
using Navigator.Api.Documents;
using Navigator.Api.Hosting;
using Navigator.Runtime.Flow;

namespace Navigator.Api.Tests;

/// <summary>No route reaches the database past its throttle.</summary>
public sealed class ThrottledRoutesTests : IDisposable
{
    /// <summary>Routes that need a key and no statement.</summary>
    private static readonly string[] WithoutStatements = ["/metrics"];

    private readonly WebApplicationFactory<SampleDocuments> api = new WebApplicationFactory<SampleDocuments>().WithWebHostBuilder(host => host
        .UseSetting("Concurrency:Http:Statements", "1").UseSetting("Concurrency:Http:GroupedStatements", "1")
        .UseSetting("Concurrency:Http:StatementQueueTimeout", "100ms"));

    [Fact]
    public async Task While_no_permit_is_free_every_route_that_needs_the_database_is_answered_503()
    {
        using var client = api.CreateClient();
        var throttle = api.Services.GetRequiredService<DatabaseThrottle>();
        var hold = new TaskCompletionSource<bool>();
        Task<bool>[] held = [throttle.Run(() => hold.Task, default), throttle.RunGrouped(() => hold.Task, default)];

        var routes = Routes().SelectMany(
            route => route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
                .Select(method => (Method: method, Path: PathOf(route)))).ToList();
        Assert.True(routes.Count >= 20, $"only {routes.Count} routes");
        foreach (var (method, path) in routes)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (BodyOf(method, path) is { } body)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(request);

            Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{method} {path}: {(int)response.StatusCode}");
        }

        hold.SetResult(true);
        await Task.WhenAll(held);
        using var after = await client.GetAsync(new Uri("/v1/documents", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public void No_handler_is_given_a_store_itself()
    {
        api.CreateClient().Dispose();
        Type[] unthrottled = [typeof(JobTransitions), typeof(DocumentTransitions)];

        var given = Routes().Select(route => route.Metadata.GetMetadata<MethodInfo>()).OfType<MethodInfo>()
            .SelectMany(handler => handler.GetParameters().Select(parameter => (handler, parameter.ParameterType))).ToList();

        Assert.NotEmpty(given);
        Assert.DoesNotContain(given, each =>
            (each.ParameterType.IsInterface && each.ParameterType.Assembly == typeof(Storage.Hosting.StorageSetup).Assembly)
            || unthrottled.Contains(each.ParameterType));
    }

    public void Dispose() => api.Dispose();

    private IEnumerable<RouteEndpoint> Routes() => api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => route.Metadata.GetMetadata<NeededScope>() is not null && !WithoutStatements.Contains(route.RoutePattern.RawText));

    private static string PathOf(RouteEndpoint route) => route.RoutePattern.Parameters.Aggregate(
        route.RoutePattern.RawText!, (path, parameter) => path.Replace($"{{{parameter.Name}}}", Guid.Empty.ToString(), StringComparison.Ordinal));

    private static string? BodyOf(string method, string path) => (method, path.TrimEnd('/')) switch
    {
        ("POST", "/v1/chat/jobs") => """{"question": "What is my deductible?"}""",
        ("POST", "/v1/documents") => """{"title": "Policy", "text": "The deductible is $500."}""",
        ("POST", "/v1/replays") => """{"filter": {}}""",
        _ => null,
    };
}
