using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Navigator.Contracts;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Webhooks;
using Navigator.Storage.Webhooks;

namespace Navigator.Workers.Webhooks;

/// <summary>
/// Posts to a caller's server. The name is resolved once, its addresses are checked, and the connection goes to a checked address, so a name
/// that changes in between has no effect. Redirects and proxies are not used. Only the status of the response is read.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>Not a setting: only the status of a response is read, and an honest response does not have more headers.</summary>
    private const int ResponseHeadersKb = 16;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly bool loopback;
    private readonly LivePolicy policy;
    private readonly TimeProvider clock;
    private readonly HttpClient http;

    public WebhookSender(IOptions<WebhookOptions> options, LivePolicy policy, TimeProvider clock)
    {
        (loopback, this.policy, this.clock) = (options.Value.AllowLoopback, policy, clock);
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = Connect,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxConnectionsPerServer = policy.Now.Webhook.ConnectionsPerServer,
            // Each delivery resolves the name again.
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = ResponseHeadersKb,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Navigator", "1"));
    }

    /// <summary>Resolves a name to addresses. Replaced in tests.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> LookUp { private get; init; } = Dns.GetHostAddressesAsync;

    public async Task<DeliveryOutcome> Send(Delivery delivery, CancellationToken token)
    {
        if (CallbackUrl.Problem(delivery.Url, loopback) is not null)
            return Failed(delivery, null, "refused_address", again: false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(policy.Now.For(QueueNames.DeliverWebhook).Timeout);
        try
        {
            using var request = Request(delivery);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
                return new DeliveryOutcome(true, status, null, null);
            // 410 Gone: the receiver wants no more webhooks.
            return Failed(delivery, status, "response_status", again: response.StatusCode != HttpStatusCode.Gone);
        }
        catch (HttpRequestException error) when (error.InnerException is RefusedAddressException)
        {
            return Failed(delivery, null, "refused_address", again: false);
        }
        catch (HttpRequestException)
        {
            return Failed(delivery, null, "no_connection", again: true);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return Failed(delivery, null, "timeout", again: true);
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(Delivery delivery)
    {
        var status = delivery.Status.ToString().ToLowerInvariant();
        var body = JsonSerializer.Serialize(
            new WebhookMessage($"chat.job.{status}", delivery.FinishedAt,
                new WebhookData(delivery.JobId, status, delivery.ConversationId, $"/v1/chat/jobs/{delivery.JobId}")), Json);
        // The same for every try of one end, so that a receiver can detect duplicates.
        var id = string.Create(CultureInfo.InvariantCulture, $"msg_{delivery.JobId:N}_{delivery.FinishedAt.ToUnixTimeMilliseconds()}");
        var seconds = clock.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(delivery.Secret, id, seconds, body));
        return request;
    }

    private DeliveryOutcome Failed(Delivery delivery, int? status, string error, bool again) =>
        new(false, status, error, again ? policy.Now.Webhook.WaitAfter(delivery.Tries) : null);

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken token)
    {
        var addresses = await LookUp(context.DnsEndPoint.Host, token);
        // One internal address is enough to refuse, because an honest name does not mix both kinds.
        if (addresses.Length == 0 || !addresses.All(address => CallbackUrl.MayReach(address, loopback)))
            throw new RefusedAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class RefusedAddressException() : IOException("The name resolves to an address that is not on the public internet.");
}
