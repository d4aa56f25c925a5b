using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Navigator.EndToEnd.Tests;

/// <summary>Every operation that the OpenAPI document names, asked with what nobody should send: no 500, no hang, memory bounded.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Strings =
    [
        "", " ", "null", "undefined", "0", "-1", "1e999", "NaN", "true", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "a\0b",
        "'; DROP TABLE chat_job; --",
        "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "\u202Eevil\u200B", "\uFFFE\uFEFF", "Ω≈ç√∫", "田中さんにあげて下さい", "👩‍👩‍👧", "ﷺ",
        "i\u0307", "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff", "2026-13-45T99:99:99Z", new('a', 300), new('%', 100), "\r\nX-Injected: 1", "1,000", "٣", "0x10",
    ];

    private static readonly string[] Json =
    [
        "", " ", "null", "true", "0", "-0", "\"text\"", "[]", "{}", "[{}]", "{", "}", "{\"question\"", "{\"question\":}", "{'question':'x'}",
        "{\"question\": \"a\", \"question\": \"b\"}",
        "{\"question\": \"\\ud800\"}", "{\"question\": \"\\u0000\"}", "{\"question\": 1e999}", "{\"question\": [\"a\"]}",
        "{\"question\": \"q\", \"unknown\": 1}", "{\"__proto__\": {}}", "{\"question\": \"q\"} {}",
        "// comment\n{}", "{\"question\": \"q\",}", "NaN", "\uFEFF{}", "{\"filter\": {\"status\": [\"nothing\"]}}",
        "{\"filter\": {\"from\": \"never\"}}", "{\"question\": \"q\", \"deadline_seconds\": 1e308}",
        "{\"question\": \"q\", \"deadline_seconds\": -5}", "{\"question\": \"q\", \"document_ids\": [\"x\"]}",
        "{\"question\": \"q\", \"document_ids\": null, \"web\": \"yes\"}", "{\"question\": \"q\", \"language\": \"<>\"}",
    ];

    [Fact]
    public async Task Nothing_that_is_sent_makes_it_fail()
    {
        await using var system = await NavigatorSystem.StartProcesses(0);
        var (memory, asked, failures) = (system.Api.MemoryMb, 0, new List<string>());
        var document = JsonNode.Parse(await system.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;

        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                var requests = Requests(path, method, operation!.AsObject()).ToList();
                Assert.NotEmpty(requests);
                foreach (var some in requests.Chunk(16))
                {
                    var results = await Task.WhenAll(some.Select(request => Send(system, request)));
                    failures.AddRange(results.OfType<string>());
                    asked += some.Length;
                }
            }
        }

        output.WriteLine($"{asked} requests, {memory} MB before, {system.Api.MemoryMb} MB after");
        Assert.True(asked > 1_000);
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)));
        Assert.Equal("answered", (await system.Ask("What is my deductible?")).GetProperty("status").GetString());
        Assert.True(system.Api.MemoryMb < memory + 300, $"{memory} MB became {system.Api.MemoryMb} MB");
    }

    private static IEnumerable<Func<HttpRequestMessage>> Requests(string path, string method, JsonObject operation)
    {
        var parameters = operation["parameters"]?.AsArray()
            .Select(parameter => (Name: parameter!["name"]!.GetValue<string>(), In: parameter["in"]!.GetValue<string>())).ToList() ?? [];
        foreach (var text in Strings)
        {
            // An id that is nothing, and all other parameters at once, each by itself, and twice.
            var address = parameters.Where(parameter => parameter.In == "path")
                .Aggregate(path, (built, parameter) => built.Replace($"{{{parameter.Name}}}", Uri.EscapeDataString(text), StringComparison.Ordinal));
            var some = parameters.Aggregate(path,
                (built, parameter) => built.Replace($"{{{parameter.Name}}}", Guid.NewGuid().ToString(), StringComparison.Ordinal));
            yield return () => Request(method, address, operation);
            foreach (var parameter in parameters.Where(parameter => parameter.In == "query"))
            {
                yield return () => Request(method, $"{some}?{parameter.Name}={Uri.EscapeDataString(text)}", operation);
                yield return () => Request(method,
                    $"{some}?{parameter.Name}={Uri.EscapeDataString(text)}&{parameter.Name}={Uri.EscapeDataString(text)}", operation);
            }
            foreach (var parameter in parameters.Where(parameter => parameter.In == "header"))
            {
                yield return () =>
                {
                    var request = Request(method, some, operation);
                    request.Headers.TryAddWithoutValidation(parameter.Name, string.Concat(text.Where(c => c is >= ' ' and <= '~')));
                    return request;
                };
            }
        }
        if (operation["requestBody"] is null)
            yield break;
        var target = parameters.Aggregate(path,
            (built, parameter) => built.Replace($"{{{parameter.Name}}}", Guid.NewGuid().ToString(), StringComparison.Ordinal));
        foreach (var body in Bodies())
            yield return () => new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), target) { Content = body() };
    }

    /// <summary>With a small body where the operation wants one, so that other things than its absence are looked at.</summary>
    private static HttpRequestMessage Request(string method, string address, JsonObject operation) =>
        new(new HttpMethod(method.ToUpperInvariant()), address)
        {
            Content = operation["requestBody"] is null ? null : new StringContent("{\"question\": \"q\"}", Encoding.UTF8, "application/json"),
        };

    private static IEnumerable<Func<HttpContent>> Bodies()
    {
        foreach (var json in Json.Concat(Strings.Select(text => JsonSerializer.Serialize(new { question = text })))
            .Concat(Strings.Select(text => JsonSerializer.Serialize(new { question = "q", conversation_id = text, language = text }))))
            yield return () => new StringContent(json, Encoding.UTF8, "application/json");
        yield return () => new StringContent(new string('[', 50_000), Encoding.UTF8, "application/json");
        yield return () => new StringContent(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)), Encoding.UTF8, "application/json");
        yield return () => new StringContent("{\"question\": \"" + new string('x', 300_000) + "\"}", Encoding.UTF8, "application/json");
        yield return () => new StringContent("{\"question\": \"q\"}", Encoding.Unicode, "application/json");
        yield return () => Bytes([0x7B, 0x22, 0xFF, 0xFE, 0xC0, 0x80, 0x22, 0x7D], "application/json");
        yield return () => Bytes([0x1F, 0x8B, 0x08, 0x00, 0x00], "application/json", "gzip");
        foreach (var type in new[] { "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded", "application/json; charset=ebcdic", "a/b", "application/jsonx", ";" })
            yield return () => Bytes("{\"question\": \"q\"}"u8.ToArray(), type);
        yield return () => new MultipartFormDataContent { { new ByteArrayContent([0, 1, 2, 3]), "file", "../../x\u202E.txt" } };
        yield return () => new MultipartFormDataContent { { new ByteArrayContent([]), "file", "empty.pdf" } };
        yield return () => new MultipartFormDataContent { { new StringContent("no file"), "title" } };
        yield return () => new MultipartFormDataContent { { new ByteArrayContent("%PDF-1.7 nonsense"u8.ToArray()), "file", "x.pdf" },
            { new StringContent(new string('t', 3_000)), "title" } };
    }

    private static ByteArrayContent Bytes(byte[] bytes, string type, string? encoding = null)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        return content;
    }

    /// <returns>What went wrong; null when it was answered as it should be.</returns>
    private static async Task<string?> Send(NavigatorSystem system, Func<HttpRequestMessage> make)
    {
        using var request = make();
        var what = $"{request.Method} {request.RequestUri} {request.Content?.Headers.ContentType}";
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            using var response = await system.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)response.StatusCode;
            if (status >= 500)
                return $"{status}: {what}: {await response.Content.ReadAsStringAsync(limit.Token)}";
            // Kestrel itself answers what is no HTTP, without a body.
            if (status >= 400 && response.Content.Headers.ContentLength != 0
                && response.Content.Headers.ContentType is not { MediaType: "application/problem+json" })
                return $"{status} is no problem details ({response.Content.Headers.ContentType}): {what}";
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"no answer within 20 s: {what}";
        }
        catch (HttpRequestException error) when (error.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded
            or HttpRequestError.ConnectionError or HttpRequestError.Unknown)
        {
            // A body that was refused while it was being sent: the connection is closed on it.
            return request.Content?.Headers.ContentLength > 65_536 ? null : $"{error.Message}: {what}";
        }
    }
}
