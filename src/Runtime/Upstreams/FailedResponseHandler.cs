using System.Globalization;
using System.Net;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// Turns the error of a model's server into an exception that says what to do about it. Each provider's client has exceptions of its own, and some
/// lose Retry-After.
/// </summary>
/// <param name="inner">Has read the whole response.</param>
internal sealed class FailedResponseHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>What OpenAI and Anthropic say when their content filter refuses.</summary>
    private static readonly string[] Filtered = ["content_filter", "content filtering policy"];

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if ((int)response.StatusCode < 400)
            return response;
        using (response)
        {
            var isFiltered = response.StatusCode == HttpStatusCode.BadRequest
                && await response.Content.ReadAsStringAsync(cancellationToken) is var body
                && Filtered.Any(words => body.Contains(words, StringComparison.Ordinal));
            throw new FailedResponseException(response.StatusCode, RetryAfter(response), isFiltered);
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Retry-After", out var values) || values.FirstOrDefault() is not { } value)
            return null;
        if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(Math.Min(seconds, (long)Day.TotalSeconds));
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at - DateTimeOffset.UtcNow is { Ticks: > 0 } wait ? wait : TimeSpan.Zero
            : null;
    }
}

/// <summary>An error response. The message contains nothing of its body.</summary>
internal sealed class FailedResponseException(HttpStatusCode status, TimeSpan? retryAfter, bool isFiltered)
    : HttpRequestException($"HTTP {(int)status}", null, status)
{
    /// <summary>When the server wants the next try; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True if the content filter refused.</summary>
    public bool IsFiltered { get; } = isFiltered;
}
