using System.ClientModel;
using System.Globalization;
using System.Net;
using Navigator.Workers.Limits;
using Polly;
using Polly.Retry;

namespace Navigator.Workers.Upstreams;

/// <summary>
/// One upstream's way of being called: every try has a timeout, transient failures are tried again within the caller's
/// token, and whatever goes wrong comes out as an <see cref="UpstreamException"/>.
/// </summary>
internal sealed class UpstreamCall
{
    /// <summary>A longer wait is not worth a worker's place: the job fails, and can be replayed.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly string upstream;
    private readonly UpstreamLimits limits;
    private readonly ResiliencePipeline pipeline;

    public UpstreamCall(string upstream, UpstreamLimits limits, TimeProvider clock)
    {
        this.upstream = upstream;
        this.limits = limits;
        var builder = new ResiliencePipelineBuilder { TimeProvider = clock };
        if (limits.Tries > 1)
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = limits.Tries - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                ShouldHandle = new PredicateBuilder().Handle<UpstreamException>(
                    error => error.Failure == UpstreamFailure.Unavailable && (error.RetryAfter ?? TimeSpan.Zero) <= LongestWait),
                DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as UpstreamException)?.RetryAfter),
            });
        pipeline = builder.Build();
    }

    /// <exception cref="UpstreamException">The upstream failed, in every try.</exception>
    public async Task<T> Run<T>(Func<CancellationToken, Task<T>> call, CancellationToken token) =>
        await pipeline.ExecuteAsync(async cancel => await Try(call, cancel), token);

    private async Task<T> Try<T>(Func<CancellationToken, Task<T>> call, CancellationToken token)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(token);
        timeout.CancelAfter(limits.TimeoutMs);
        try
        {
            return await call(timeout.Token);
        }
        catch (Exception) when (token.IsCancellationRequested)
        {
            throw new OperationCanceledException(token);
        }
        catch (Exception) when (timeout.IsCancellationRequested)
        {
            throw Failed(UpstreamFailure.Unavailable, $"no answer within {limits.TimeoutMs} ms");
        }
        catch (UpstreamException)
        {
            throw;
        }
        catch (ClientResultException error)
        {
            throw Failed(error);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw Failed(UpstreamFailure.Invalid, $"a response of more than {limits.MaxResponseBytes} bytes");
        }
        catch (HttpRequestException error) when (error.StatusCode is { } status)
        {
            throw Failed((int)status, null);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            throw Failed(UpstreamFailure.Unavailable, "the connection failed");
        }
        catch (Exception error)
        {
            // Only what reads the response is left: whatever it stumbled over is the upstream's.
            throw Failed(UpstreamFailure.Invalid, $"a response that cannot be read ({error.GetType().Name})");
        }
    }

    private UpstreamException Failed(ClientResultException error)
    {
        if (error.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded })
            return Failed(UpstreamFailure.Invalid, $"a response of more than {limits.MaxResponseBytes} bytes");
        if (error.Status == 0)
            return Failed(UpstreamFailure.Unavailable, "the connection failed");
        var body = error.GetRawResponse()?.Content.ToString() ?? "";
        return error.Status == 400 && body.Contains("content_filter", StringComparison.Ordinal)
            ? Failed(UpstreamFailure.Filtered, "its content filter refused")
            : Failed(error.Status, RetryAfter(error));
    }

    private UpstreamException Failed(int status, TimeSpan? retryAfter) =>
        status is (int)HttpStatusCode.TooManyRequests or (int)HttpStatusCode.RequestTimeout or >= 500
            ? new UpstreamException(upstream, UpstreamFailure.Unavailable, $"HTTP {status}", retryAfter)
            : Failed(UpstreamFailure.Rejected, $"HTTP {status}");

    private UpstreamException Failed(UpstreamFailure failure, string reason) => new(upstream, failure, reason);

    private static TimeSpan? RetryAfter(ClientResultException error)
    {
        if (error.GetRawResponse() is not { } response || !response.Headers.TryGetValue("Retry-After", out var value) || value is null)
            return null;
        if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(Math.Min(seconds, 86_400));
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at - DateTimeOffset.UtcNow is { Ticks: > 0 } wait ? wait : TimeSpan.Zero
            : null;
    }
}
