using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>Secrets, proxies, and callers who take their time on purpose.</summary>
public sealed class HardeningTests
{
    private const string Key = "sk-canary-4711-openai", Other = "tvly-canary-4712-tavily";

    [Fact]
    public async Task Secrets_may_stand_in_files_and_are_told_to_nobody_but_their_upstream()
    {
        var folder = Directory.CreateTempSubdirectory("navigator-secrets-").FullName;
        var (openAi, tavily) = (Path.Combine(folder, "openai"), Path.Combine(folder, "tavily"));
        await File.WriteAllTextAsync(openAi, Key + "\n");
        await File.WriteAllTextAsync(tavily, Other);
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.StartProcesses(
            0, upstreams, ("OpenAI__ApiKey", ""), ("OpenAI__ApiKey_FILE", openAi), ("Tavily__ApiKey", ""), ("Tavily__ApiKey_FILE", tavily),
            ("Serilog__MinimumLevel__Default", "Debug"));

        await system.Ask("What is the latest news on premiums?");
        Assert.Equal([$"Bearer {Key}"], upstreams.AuthorizationsOf("answers"));
        Assert.Equal([$"Bearer {Other}"], upstreams.AuthorizationsOf("search"));

        // And when everything goes wrong.
        foreach (var upstream in new[] { "answers", "plans", "search", "moderations" })
            upstreams.Set(upstream, new Behaviour { Fault = Fault.Status, Status = 401 });
        var failed = await system.Ask("What is the latest news on deductibles?");
        Assert.Equal("failed", failed.GetProperty("status").GetString());
        var said = new StringBuilder(system.Api.Output).Append(failed);
        foreach (var path in new[] { "/v1/limits", "/metrics", "/health/ready", "/openapi/v1.json" })
            said.Append(await system.Client.GetStringAsync(new Uri(path, UriKind.Relative)));
        Assert.DoesNotContain("canary-471", said.ToString(), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_secret_in_the_environment_and_in_a_file_is_one_too_many()
    {
        await using var process = new NavigatorProcess(
            "Navigator.Api", new Dictionary<string, string> { ["OpenAI__ApiKey"] = Key, ["OpenAI__ApiKey_FILE"] = "/dev/null" }, "--urls",
            "http://127.0.0.1:0");

        Assert.Equal(1, await process.Exit());
        Assert.Contains("OpenAI__ApiKey and OpenAI__ApiKey_FILE are both set", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData(null, false)]
    public async Task Only_a_proxy_that_is_named_may_say_that_a_request_came_over_tls(string? proxy, bool believed)
    {
        await using var system = await NavigatorSystem.Start(0, null, proxy is null ? [] : [("Http__Proxies__0", proxy)]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Add("X-Forwarded-Proto", "https");

        using var response = await system.Client.SendAsync(request);

        Assert.Equal(believed, response.Headers.Contains("Strict-Transport-Security"));
    }

    /// <summary>A terminal that was stopped, a log collector that hangs: what is written there is no longer taken.</summary>
    [Fact]
    public async Task Nobody_reads_the_log_and_callers_are_served_all_the_same()
    {
        // Its output is not read, so it cannot say which port the system gave it: one below those that the system gives to callers.
        var url = new Uri("http://127.0.0.1:27690");
        using var api = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Navigator.Api.dll"), "--urls", url.ToString()])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
            Environment = { ["Serilog__MinimumLevel__Override__Microsoft"] = "Debug", ["Embeddings__Model"] = "words" },
        })!;
        using var http = new HttpClient { BaseAddress = url, Timeout = NavigatorSystem.Patience };
        var live = new Uri("/health/live", UriKind.Relative);
        await Eventually.Holds(async () =>
        {
            try
            {
                using var first = await http.GetAsync(live);
                return true;
            }
            catch (HttpRequestException)
            {
                return false; // it does not listen yet
            }
        });

        // Each writes a dozen lines.
        for (var i = 0; i < 300; i++)
            using (var response = await http.GetAsync(live))
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using (var kill = Process.Start("kill", ["-TERM", api.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await api.WaitForExitAsync().WaitAsync(NavigatorSystem.Patience);

        Assert.Equal(0, api.ExitCode);
        // The pipe was full, and the log had met its end.
        Assert.Equal(65_536, (await api.StandardOutput.ReadToEndAsync()).Length, tolerance: 4_096.0);
    }

    /// <summary>With its length said beforehand, and without: let go of at the limit, not after a gigabyte.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_gigabyte_is_not_taken_in_and_others_are_served(bool saysHowLong)
    {
        await using var system = await NavigatorSystem.StartProcesses(workers: 0);
        Assert.Equal("answered", (await system.Ask("What is my deductible?")).GetProperty("status").GetString());
        var memory = system.Api.MemoryMb;
        const long Gigabyte = 1L << 30;

        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", system.Client.BaseAddress!.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/documents HTTP/1.1\r\nHost: localhost:{system.Client.BaseAddress.Port}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            + (saysHowLong ? $"Content-Length: {Gigabyte}\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n")));
        var head = Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.txt\"\r\n\r\n");
        var block = new byte[1 << 20];
        Array.Fill(block, (byte)'a');
        long sent = 0;
        var answer = new byte[4_096];
        var reading = stream.ReadAsync(answer).AsTask();
        try
        {
            for (var first = true; sent < Gigabyte && !reading.IsCompleted; first = false)
            {
                var part = first ? head : block;
                await stream.WriteAsync(saysHowLong ? part : [.. Encoding.ASCII.GetBytes($"{part.Length:x}\r\n"), .. part, .. "\r\n"u8]).AsTask()
                    .WaitAsync(NavigatorSystem.Patience);
                sent += part.Length;
            }
        }
        catch (IOException)
        {
            // The door was closed.
        }

        Assert.True(sent < Gigabyte / 4, $"{sent >> 20} MB were taken in");
        Assert.True(system.Api.MemoryMb < memory + 200, $"from {memory} to {system.Api.MemoryMb} MB");
        Assert.Equal("answered", (await system.Ask("What is my copay?")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Callers_who_never_finish_a_request_are_let_go_of_and_others_served()
    {
        await using var system = await NavigatorSystem.StartProcesses(0);
        var slow = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Open(system, i % 2 == 0
            ? "POST /v1/chat/jobs HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
            : "POST /v1/chat/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"question\": \"")));

        var closed = slow.Select(Drip).ToList();
        for (var i = 0; i < 5; i++)
            Assert.Equal("answered", (await system.Ask("What is my deductible?")).GetProperty("status").GetString());

        Assert.All(await Task.WhenAll(closed).WaitAsync(NavigatorSystem.Patience), Assert.True);
        await Eventually.Holds(() => system.Api.Sockets <= 100, () => $"{system.Api.Sockets} sockets are open");
    }

    private static async Task<Socket> Open(NavigatorSystem system, string begin)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(system.Client.BaseAddress!.Host, system.Client.BaseAddress.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(begin));
        return socket;
    }

    /// <summary>A byte now and then, until the other side has had enough.</summary>
    private static async Task<bool> Drip(Socket socket)
    {
        using (socket)
        {
            var said = new byte[4_096];
            var answer = socket.ReceiveAsync(said);
            for (var i = 0; i < 180; i++)
            {
                try
                {
                    if (await Task.WhenAny(answer, Task.Delay(500)) == answer)
                    {
                        // 408, or nothing at all.
                        var text = Encoding.ASCII.GetString(said, 0, await answer);
                        return text.Length == 0 || text.Contains(" 408 ", StringComparison.Ordinal);
                    }
                    await socket.SendAsync("x"u8.ToArray());
                }
                catch (SocketException)
                {
                    return true;
                }
            }
            return false;
        }
    }
}
