using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Navigator.SixthTool.Tests;

/// <summary>A real HTTP server in the place of the claims system, which fails when it is told to.</summary>
internal sealed class ClaimsServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private int calls;

    private ClaimsServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/claims", () =>
        {
            Interlocked.Increment(ref calls);
            return Fails
                ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
                : Results.Json(new[] { new { number = "4711", text = "The claim 4711 was approved on 3 March and $250 were paid." } });
        });
    }

    public bool Fails { get; set; }

    public int Calls => Volatile.Read(ref calls);

    public string Address => app.Urls.First() + "/";

    public static async Task<ClaimsServer> Start()
    {
        var server = new ClaimsServer();
        await server.app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
