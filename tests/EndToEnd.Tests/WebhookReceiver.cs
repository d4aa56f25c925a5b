using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Navigator.EndToEnd.Tests;

/// <summary>A caller's server that receives webhooks.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Told> told = new();
    private readonly SemaphoreSlim arrived = new(0);
    private readonly WebApplication app;

    private WebhookReceiver(WebApplication app) => this.app = app;

    /// <summary>What it says to the next ones; 200 when there is nothing left.</summary>
    public ConcurrentQueue<HttpStatusCode> Answers { get; } = new();

    public string Url => $"{app.Urls.First()}/hook";

    public static async Task<WebhookReceiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new WebhookReceiver(builder.Build());
        receiver.app.MapPost("/hook", receiver.Take);
        await receiver.app.StartAsync();
        return receiver;
    }

    public async Task<Told> Next()
    {
        Assert.True(await arrived.WaitAsync(NavigatorSystem.Patience), $"nothing was told within {NavigatorSystem.Patience}");
        Assert.True(told.TryDequeue(out var next));
        return next;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task Take(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        string Header(string name) => context.Request.Headers[name].ToString();
        told.Enqueue(new Told(Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), await reader.ReadToEndAsync()));
        context.Response.StatusCode = Answers.TryDequeue(out var status) ? (int)status : 200;
        arrived.Release();
    }
}

internal sealed record Told(string Id, string Timestamp, string Signature, string Body);
