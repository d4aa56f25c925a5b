using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Navigator.Runtime.Upstreams;
using Navigator.Workers.Tools.Embedding;
using Navigator.Workers.Tools.WebSearch;

namespace Navigator.Cli.Checks;

/// <summary>The models and the web search, with the keys of the processes. A check costs at most one embedding of three words.</summary>
internal static class UpstreamChecks
{
    /// <summary>The length of a vector, unless OpenAI__EmbeddingDimensions is set.</summary>
    private const int StandardDimensions = 1_536;

    /// <summary>The version that the official client sends.</summary>
    private const string AnthropicVersion = "2026-10-21";

    private const string Models = "models";
    private const string ModelsOfAnthropic = "models.anthropic";
    public const string Search = "models.search";
    private const string Web = "web_search";

    public static async Task<IReadOnlyList<Finding>> RunModels(ProcessSettings settings, CancellationToken token)
    {
        if (settings.Set("OpenAI:ApiKey") is null && settings.Set("Anthropic:ApiKey") is null)
            return [Finding.Ok(Models, "offline: neither OpenAI__ApiKey nor Anthropic__ApiKey is set, answers quote passages")];
        return [.. await RunOpenAi(settings, token), .. await RunAnthropic(settings, token)];
    }

    /// <summary>What turns questions and passages into vectors.</summary>
    public static Task<IReadOnlyList<Finding>> RunSearch(ProcessSettings settings) =>
        Task.FromResult<IReadOnlyList<Finding>>([Finding.Ok(Search, EmbeddingSetup.Describe(settings.Configuration))]);

    private static async Task<IReadOnlyList<Finding>> RunOpenAi(ProcessSettings settings, CancellationToken token)
    {
        if (settings.Set("OpenAI:ApiKey") is not { } key)
            return [];
        var defaults = new OpenAiOptions();
        var address = Address(settings, "OpenAI:BaseUrl", defaults.BaseUrl);
        var model = settings.Set("OpenAI:EmbeddingModel") ?? defaults.EmbeddingModel;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/embeddings")
        {
            Content = JsonContent.Create(new { model, input = new[] { "navigator doctor asks" }, encoding_format = "float" }),
        };
        var (response, problem) = await Send(Models, request, key, "OpenAI", token);
        if (response is null)
            return [problem!];
        using (response)
        {
            if (!response.IsSuccessStatusCode)
                return [Finding.Fail(Models, string.Create(CultureInfo.InvariantCulture, $"{address} answers {(int)response.StatusCode} for {model}"),
                    "Correct OpenAI__EmbeddingModel or OpenAI__BaseUrl, or ask the provider.")];
            var left = response.Headers.TryGetValues("x-ratelimit-remaining-requests", out var values) ? $", {values.First()} requests left" : "";
            var length = Length(await response.Content.ReadFromJsonAsync<JsonElement>(token));
            var found = string.Create(CultureInfo.InvariantCulture, $"{address} answers; {model} has {length} dimensions{left}");
            var wanted = int.TryParse(settings.Set("OpenAI:EmbeddingDimensions"), CultureInfo.InvariantCulture, out var set)
                ? set
                : StandardDimensions;
            return [length == wanted
                ? Finding.Ok(Models, found)
                : Finding.Fail(Models, found, string.Create(CultureInfo.InvariantCulture,
                    $"Set OpenAI__EmbeddingModel to a model of {wanted} dimensions."))];
        }
    }

    /// <summary>Asks what the answer model is, which costs nothing.</summary>
    private static async Task<IReadOnlyList<Finding>> RunAnthropic(ProcessSettings settings, CancellationToken token)
    {
        if (settings.Set("Anthropic:ApiKey") is not { } key)
            return [];
        var defaults = new AnthropicOptions();
        var address = Address(settings, "Anthropic:BaseUrl", defaults.BaseUrl);
        var model = settings.Set("Anthropic:AnswerModel") ?? defaults.AnswerModel;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/v1/models/{Uri.EscapeDataString(model)}");
        request.Headers.Add("anthropic-version", AnthropicVersion);
        var (response, problem) = await Send(ModelsOfAnthropic, request, key, "Anthropic", token);
        if (response is null)
            return [problem!];
        using (response)
            return [response.IsSuccessStatusCode
                ? Finding.Ok(ModelsOfAnthropic, $"{address} answers and has {model}")
                : Finding.Fail(ModelsOfAnthropic,
                    string.Create(CultureInfo.InvariantCulture, $"{address} answers {(int)response.StatusCode} for {model}"),
                    "Correct Anthropic__AnswerModel or Anthropic__BaseUrl, or ask the provider.")];
    }

    public static async Task<IReadOnlyList<Finding>> RunWebSearch(ProcessSettings settings, CancellationToken token)
    {
        if (settings.Set("Tavily:ApiKey") is not { } key)
            return [Finding.Ok(Web, "off: no Tavily__ApiKey is set")];
        var address = Address(settings, "Tavily:BaseUrl", new WebSearchOptions().BaseUrl);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/usage");
        var (response, problem) = await Send(Web, request, key, "Tavily", token);
        using (response)
            return [problem ?? Finding.Ok(Web, $"{address} answers")];
    }

    private static async Task<(HttpResponseMessage? Response, Finding? Problem)> Send(
        string check, HttpRequestMessage request, string key, string section, CancellationToken token)
    {
        using var http = new HttpClient { Timeout = Examination.Patience };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var where = request.RequestUri!.GetLeftPart(UriPartial.Authority);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, token);
        }
        catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !token.IsCancellationRequested))
        {
            return (null, Finding.Fail(check, $"{where} does not answer: {Examination.Reason(error)}",
                $"Open the way to it (firewall, proxy, DNS), or correct {section}__BaseUrl."));
        }
        var code = (int)response.StatusCode;
        var refused = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => Finding.Fail(
                check, $"{where} refuses the key", $"Set {section}__ApiKey to a valid key."),
            HttpStatusCode.TooManyRequests => Finding.Warn(check, $"{where} answers, and its rate or quota is used up",
                "Wait, raise the quota, or lower rate_per_minute in concurrency.yaml."),
            _ when code >= 500 => Finding.Fail(
                check, string.Create(CultureInfo.InvariantCulture, $"{where} answers {code}"), "Wait, and look at the provider's status page."),
            _ => null,
        };
        if (refused is null)
            return (response, null);
        response.Dispose();
        return (null, refused);
    }

    private static string Address(ProcessSettings settings, string setting, Uri standard) =>
        (settings.Set(setting) ?? standard.ToString()).TrimEnd('/');

    /// <summary>A vector is an array of numbers, or their bytes as base64.</summary>
    private static int Length(JsonElement reply)
    {
        try
        {
            var vector = reply.GetProperty("data")[0].GetProperty("embedding");
            return vector.ValueKind == JsonValueKind.Array ? vector.GetArrayLength() : vector.GetBytesFromBase64().Length / sizeof(float);
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return 0;
        }
    }
}
