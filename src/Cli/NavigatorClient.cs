using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;

namespace Navigator.Cli;

/// <summary>Client of the server's HTTP API. Every failure is a <see cref="CommandException"/> with a message of one line.</summary>
/// <param name="key">Null if the server needs no key.</param>
internal sealed class NavigatorClient(Uri server, string? key) : IDisposable
{
    /// <summary>The same options as the server's.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    private const int Tries = 4;

    private readonly HttpClient http = new()
    {
        BaseAddress = server,
        Timeout = TimeSpan.FromSeconds(90),
        DefaultRequestHeaders = { Authorization = string.IsNullOrWhiteSpace(key) ? null : new AuthenticationHeaderValue("Bearer", key.Trim()) },
    };

    public Task<T> Get<T>(string path, CancellationToken token) => Send<T>(() => new HttpRequestMessage(HttpMethod.Get, path), token);

    public Task<T> Delete<T>(string path, CancellationToken token) => Send<T>(() => new HttpRequestMessage(HttpMethod.Delete, path), token);

    /// <param name="idempotencyKey">With a key, a request whose response was lost is sent again.</param>
    public Task<T> Post<T>(string path, object? body, string? idempotencyKey, CancellationToken token) => Send<T>(
        () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body, options: Sent) };
            if (idempotencyKey is not null)
                request.Headers.Add("Idempotency-Key", idempotencyKey);
            return request;
        },
        token, again: idempotencyKey is not null);

    /// <summary>Uploads a file. May be sent again, because the same bytes are the same document.</summary>
    public Task<Document> Upload(string path, CancellationToken token) => Send<Document>(
        () => new HttpRequestMessage(HttpMethod.Post, "/v1/documents")
        {
            Content = new MultipartFormDataContent { { new StreamContent(File.OpenRead(path)), "file", Path.GetFileName(path) } },
        },
        token, again: true);

    /// <summary>Waits until the job has ended and returns it.</summary>
    public async Task<ChatJob> UntilEnded(ChatJob job, Action<ChatJob> changed, CancellationToken token)
    {
        while (!job.Status.IsFinished())
        {
            changed(job);
            job = await Get<ChatJob>($"{job.Links.Self}?wait=10", token);
        }
        return job;
    }

    public void Dispose() => http.Dispose();

    private static readonly JsonSerializerOptions Sent = new(Json) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private async Task<T> Send<T>(Func<HttpRequestMessage> create, CancellationToken token, bool again = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = create();
            // Idempotent requests are retried while the server restarts or is overloaded.
            var mayTryAgain = attempt < Tries && (again || request.Method != HttpMethod.Post);
            try
            {
                using var response = await http.SendAsync(request, token);
                if (response.IsSuccessStatusCode)
                    return (await response.Content.ReadFromJsonAsync<T>(Json, token))!;
                if ((int)response.StatusCode is not (429 or 503) || !mayTryAgain)
                    throw await ProblemOf(response, token);
                await Task.Delay(Wait(response, attempt), token);
            }
            catch (HttpRequestException) when (mayTryAgain)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300 * attempt), token);
            }
            catch (HttpRequestException error)
            {
                throw new CommandException(ExitCode.Unavailable,
                    $"{server} does not answer ({error.HttpRequestError}). Start Navigator there, or set its address with --url.");
            }
            catch (JsonException)
            {
                throw new CommandException(ExitCode.Unavailable, $"{server} does not answer like Navigator. Check the address in --url.");
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw new CommandException(ExitCode.Unavailable, $"{server} did not answer in time.");
            }
        }
    }

    private static TimeSpan Wait(HttpResponseMessage response, int attempt) =>
        response.Headers.RetryAfter?.Delta is { } wait && wait < TimeSpan.FromSeconds(10) ? wait : TimeSpan.FromSeconds(attempt);

    private async Task<CommandException> ProblemOf(HttpResponseMessage response, CancellationToken token)
    {
        var status = (int)response.StatusCode;
        var exitCode = status is 429 or >= 500 ? ExitCode.Unavailable : ExitCode.Refused;
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(token);
            if (problem.GetProperty("code").GetString() == ProblemCode.KeyMissing.Code)
                return new CommandException(exitCode, $"A key is needed: set NAVIGATOR_KEY ({ProblemCode.KeyMissing.Code})");
            return new CommandException(exitCode, $"{problem.GetProperty("detail").GetString()} ({problem.GetProperty("code").GetString()})");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new CommandException(exitCode, $"{server} answered {status}.");
        }
    }
}
