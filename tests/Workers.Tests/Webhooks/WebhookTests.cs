using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Webhooks;
using Navigator.Storage.Webhooks;
using Navigator.Workers.Webhooks;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;

namespace Navigator.Workers.Tests.Webhooks;

public sealed class WebhookTests
{
    private static readonly byte[] Secret = Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    [Fact]
    public void The_signature_is_the_conventions_own_example() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Of(Secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"));

    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.0", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_addresses_of_the_public_internet_are_reached(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://example.com/hook", true)]
    [InlineData("https://example.com:8443/hook?a=b", true)]
    [InlineData("https://1.1.1.1/", true)]
    [InlineData("http://example.com/", false)]
    [InlineData("ftp://example.com/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("gopher://127.0.0.1:5432/", false)]
    [InlineData("//example.com", false)]
    [InlineData("example.com", false)]
    [InlineData("", false)]
    [InlineData("https://user:password@example.com/", false)]
    [InlineData("https://example.com@127.0.0.1/", false)]
    [InlineData("https://example.com/#@127.0.0.1", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("https://127.1/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("https://0x7f000001/", false)]
    [InlineData("https://0x7f.0.0.1/", false)]
    [InlineData("https://0177.0.0.1/", false)]
    [InlineData("https://017700000001/", false)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:7f00:1]/", false)]
    [InlineData("https://[::ffff:127.0.0.1]/", false)]
    [InlineData("https://[0:0:0:0:0:0:0:1]/", false)]
    [InlineData("https://[fe80::1%25eth0]/", false)]
    [InlineData("https://①②⑦.⓪.⓪.①/", false)]
    [InlineData("https://169.254.169.254/latest/meta-data/", false)]
    [InlineData("https://[fd00:ec2::254]/", false)]
    public void A_callback_is_an_https_address_that_names_no_place_inside(string url, bool allowed) =>
        Assert.Equal(allowed, CallbackUrl.Problem(url, loopback: false) is null);

    /// <summary>What a text does not give away shows when it is connected to: none of these reaches the listener.</summary>
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0177.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("0.0.0.0")]
    public async Task A_name_that_leads_to_this_machine_is_not_connected_to(string host)
    {
        using var listener = new TcpListener(IPAddress.IPv6Any, 0);
        listener.Server.DualMode = true;
        listener.Start();
        using var sender = Sender(loopback: false);

        var outcome = await sender.Send(DeliveryTo($"https://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/"), default);

        Assert.Equal((false, "refused_address", (TimeSpan?)null), (outcome.Delivered, outcome.Error, outcome.Again));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_at_the_second_look_is_looked_up_once()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var looks = 0;
        // First a place outside (where nothing listens), then this machine.
        using var sender = Sender(loopback: false,
            (_, _) => Task.FromResult<IPAddress[]>([Interlocked.Increment(ref looks) == 1 ? IPAddress.Parse("1.0.0.1") : IPAddress.Loopback]),
            timeoutMs: 3_000);

        var outcome = await sender.Send(DeliveryTo($"https://rebinding.example:{((IPEndPoint)listener.LocalEndpoint).Port}/"), default);

        Assert.Equal((false, 1), (outcome.Delivered, looks));
        Assert.Contains(outcome.Error, new[] { "no_connection", "timeout" });
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_name_with_one_address_outside_and_one_inside_is_refused()
    {
        using var sender = Sender(loopback: false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("1.0.0.1"), IPAddress.Parse("10.0.0.1")]));

        Assert.Equal("refused_address", (await sender.Send(DeliveryTo("https://both.example/"), default)).Error);
    }

    [Theory]
    [InlineData("200 OK", true, false)]
    [InlineData("204 No Content", true, false)]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:1/", false, true)]
    [InlineData("307 Temporary Redirect\r\nLocation: http://169.254.169.254/", false, true)]
    [InlineData("404 Not Found", false, true)]
    [InlineData("410 Gone", false, false)]
    [InlineData("500 Internal Server Error", false, true)]
    [InlineData("nonsense", false, true)]
    public async Task What_the_server_says_decides(string said, bool delivered, bool again)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Serve(listener, said);
        using var sender = Sender(loopback: true);

        var outcome = await sender.Send(DeliveryTo($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook"), default);

        Assert.Equal((delivered, again), (outcome.Delivered, outcome.Again is not null));
        var request = await serving;
        Assert.Contains("POST /hook HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains("webhook-signature: v1,", request, StringComparison.Ordinal);
        Assert.Contains("webhook-id: msg_", request, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"chat.job.answered\"", request, StringComparison.Ordinal);
    }

    /// <summary>What a receiver would do: a verifier of the convention that is not ours reads what came over the wire.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("forged", false)]
    public async Task A_receiver_with_the_conventions_own_library_accepts_what_we_sent_and_nothing_else(string addition, bool isGenuine)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Serve(listener, "204 No Content");
        using var sender = Sender(loopback: true);
        await sender.Send(DeliveryTo($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook"), default);
        var parts = (await serving).Split("\r\n\r\n", 2);
        var headers = new HeaderDictionary();
        foreach (var header in parts[0].Split("\r\n").Skip(1).Select(line => line.Split(": ", 2)))
            headers[header[0]] = header[1];
        var receiver = new StandardWebhook($"whsec_{Convert.ToBase64String(Secret)}");

        var refusal = Record.Exception(() => receiver.Verify(parts[1] + addition, headers));

        if (isGenuine)
            Assert.Null(refusal);
        else
            Assert.IsType<WebhookVerificationException>(refusal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_let_go_of()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = Sender(loopback: true, timeoutMs: 300);

        var outcome = await sender.Send(DeliveryTo($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), default);

        Assert.Equal(("timeout", true), (outcome.Error, outcome.Again is not null));
    }

    [Fact]
    public void Tries_grow_apart_and_end()
    {
        var limits = Policies.With().Webhook;

        var waits = Enumerable.Range(1, limits.Tries).Select(limits.WaitAfter).ToList();

        Assert.Equal(limits.FirstWait, waits[0]);
        Assert.All(waits.Zip(waits.Skip(1).SkipLast(1)), pair => Assert.True(pair.First < pair.Second));
        Assert.Null(waits[^1]);
        Assert.InRange(waits.Sum(wait => wait?.TotalHours ?? 0), 7, 9);
    }

    private static async Task<string> Serve(TcpListener listener, string said)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var buffer = new byte[8_192];
        var request = "";
        while (!request.Contains("\"link\"", StringComparison.Ordinal))
            request += Encoding.UTF8.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer));
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {said}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        return request;
    }

    private static WebhookSender Sender(bool loopback, Func<string, CancellationToken, Task<IPAddress[]>>? lookUp = null, int timeoutMs = 60_000) =>
        new(
        Options.Create(new WebhookOptions { AllowLoopback = loopback }),
        new LivePolicy(Policies.With(("Queues:deliver-webhook:Timeout", $"{timeoutMs}ms"))), TimeProvider.System)
        {
            LookUp = lookUp ?? Dns.GetHostAddressesAsync,
        };

    private static Delivery DeliveryTo(string url) =>
        new(Guid.NewGuid(), "a", url, 1, 1, Secret, JobStatus.Answered, "c", DateTimeOffset.UtcNow, Trace: null);
}
