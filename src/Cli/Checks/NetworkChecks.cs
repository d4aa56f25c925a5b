using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Navigator.Cli.Checks;

/// <summary>The API's port, the API itself, and the collector of telemetry.</summary>
internal static class NetworkChecks
{
    private const string Port = "port";
    private const string Api = "api";
    private const string Telemetry = "telemetry";

    /// <summary>The port that an API on this machine listens on: ASPNETCORE_URLS, else 8080.</summary>
    public static async Task<IReadOnlyList<Finding>> RunPort(ProcessSettings settings, CancellationToken token)
    {
        var text = (settings.Set("ASPNETCORE_URLS") ?? settings.Set("URLS") ?? "http://localhost:8080").Split(';')[0];
        // http://+:8080 and http://*:8080 mean every address.
        if (!Uri.TryCreate(text.Replace("//+", "//localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal),
            UriKind.Absolute, out var address))
            return [Finding.Fail(Port, $"'{text}' is not an address", "Set ASPNETCORE_URLS to an address like http://localhost:8080.")];
        var port = address.Port.ToString(CultureInfo.InvariantCulture);
        if (address.Port == 0 || await Connect("localhost", address.Port, token) is not null)
            return [Finding.Ok(Port, $"{port} is free for an API on this machine")];
        using var http = new HttpClient { Timeout = Examination.Patience };
        try
        {
            var health = await http.GetFromJsonAsync<JsonElement>($"{address.Scheme}://localhost:{port}/health/live", token);
            if (health.TryGetProperty("status", out _))
                return [Finding.Ok(Port, $"{port} is Navigator's")];
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or NotSupportedException or InvalidOperationException
            || (error is TaskCanceledException && !token.IsCancellationRequested))
        {
        }
        return [Finding.Warn(Port, $"another program listens on {port}", "Start the API on another port: --urls http://localhost:8090")];
    }

    /// <summary>Asks a running API for its health, and compares its clock.</summary>
    public static async Task<IReadOnlyList<Finding>> RunApi(Uri server, CancellationToken token)
    {
        using var http = new HttpClient { BaseAddress = server, Timeout = Examination.Patience };
        try
        {
            using var response = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), token);
            var health = await response.Content.ReadFromJsonAsync<JsonElement>(token);
            var parts = health.GetProperty("parts").EnumerateObject().Where(part => part.Value.GetString() != "ok")
                .Select(part => $"{part.Name} {part.Value.GetString()}").ToList();
            const string mend = "The other lines say why; docs/operating.md, Looking at it, has the parts.";
            var state = !response.IsSuccessStatusCode
                ? Finding.Fail(Api, $"{server} is not ready: {string.Join(", ", parts)}", mend)
                : parts.Count > 0 ? Finding.Warn(Api, $"{server} is ready, with {string.Join(", ", parts)}", mend)
                : Finding.Ok(Api, $"{server} is ready");
            // The header has whole seconds.
            return response.Headers.Date is { } there
                ? [state, ClockCheck.Compare($"{Api}.clock", there - TimeProvider.System.GetUtcNow(), "this machine and the API")]
                : [state];
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !token.IsCancellationRequested))
        {
            return [Finding.Fail(Api, $"{server} does not answer: {Examination.Reason(error)}", "Start it, or correct --url.")];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or NotSupportedException)
        {
            return [Finding.Fail(Api, $"{server} does not answer like Navigator", "Correct --url.")];
        }
    }

    public static async Task<IReadOnlyList<Finding>> RunTelemetry(ProcessSettings settings, CancellationToken token)
    {
        const string variable = "OTEL_EXPORTER_OTLP_ENDPOINT";
        if (settings.Set(variable) is not { } text)
            return [Finding.Ok(Telemetry, $"off: no {variable} is set")];
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Port < 0)
            return [Finding.Fail(Telemetry, $"{variable} is not an address", "Set it to an address like http://collector:4317.")];
        return await Connect(address.Host, address.Port, token) is { } problem
            ? [Finding.Fail(Telemetry, $"{address.Authority} does not answer: {problem}",
                $"Start the collector, or correct {variable}. Questions are answered without it.")]
            : [Finding.Ok(Telemetry, $"{address.Authority} answers")];
    }

    /// <returns>Why there is no connection; null if there is one.</returns>
    private static async Task<string?> Connect(string host, int port, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(Examination.Patience);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port, limit.Token);
            return null;
        }
        catch (SocketException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return "no reply";
        }
    }
}
