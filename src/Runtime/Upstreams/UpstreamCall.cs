using System.ClientModel;
using System.Globalization;
using System.Net;
using Navigator.Runtime.Limits;
using Navigator.Storage.Rates;
using Polly;
using Polly.Retry;

namespace Navigator.Runtime.Upstreams;

/// <summary>
/// Calls one upstream within its circuit breaker, its bulkhead and its rate limit. Each try has a timeout, and transient failures are retried
/// while there is time. Every failure becomes an <see cref="UpstreamException"/>.
/// </summary>
public sealed class UpstreamCall
{
    private static readonly ResiliencePropertyKey<DateTimeOffset> Until = new("until");

    private readonly string upstream;
    private readonly string name;
    private readonly LivePolicy policy;
    private readonly IRateLimits rates;
    private readonly TimeProvider clock;
    private readonly Bulkhead bulkhead;
    private readonly CircuitBreaker breaker;
    private readonly ResiliencePipeline pipeline;

    /// <param name="provider">
    /// One of several providers that share an entry of concurrency.yaml. Each has its own bulkhead, breaker and rate. Null: the only one.
    /// </param>
    public UpstreamCall(
        string upstream, LivePolicy policy, Bounds bounds, CircuitBreakers breakers, IRateLimits rates, TimeProvider clock, string? provider = null)
    {
        (this.upstream, this.policy, this.rates, this.clock) = (upstream, policy, rates, clock);
        name = provider is null ? upstream : $"{upstream}/{provider}";
        bulkhead = bounds.Upstream(upstream, name);
        breaker = breakers.Of(upstream, name);
        pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue, // ShouldHandle reads the current policy after each try
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is UpstreamException { Failure: UpstreamFailure.Unavailable, IsFinal: false } error
                && arguments.AttemptNumber + 1 < Limits.Tries
                && clock.GetUtcNow() + (error.RetryAfter ?? TimeSpan.Zero) < arguments.Context.Properties.GetValue(Until, default)),
            DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as UpstreamException)?.RetryAfter),
        }).Build();
    }

    /// <summary>True if the circuit breaker would admit a call now.</summary>
    public bool IsAdmitted => breaker.Admits;

    private UpstreamLimits Limits => policy.Now.ForUpstream(upstream);

    /// <param name="within">Longest time for all tries, with waits for a permit and the rate. A try that cannot begin in time is not made.</param>
    /// <exception cref="UpstreamException">Every try failed.</exception>
    public async Task<T> Run<T>(Func<CancellationToken, Task<T>> call, TimeSpan within, CancellationToken token)
    {
        var until = clock.GetUtcNow() + within;
        var context = ResilienceContextPool.Shared.Get(token);
        context.Properties.Set(Until, until);
        try
        {
            return await pipeline.ExecuteAsync(async retry => await Try(call, until, retry.CancellationToken), context);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<T> Try<T>(Func<CancellationToken, Task<T>> call, DateTimeOffset until, CancellationToken token)
    {
        var permit = breaker.TryEnter() ?? throw breaker.Rejection();
        var (outcome, began) = (CallOutcome.Inconclusive, clock.GetTimestamp());
        try
        {
            var result = await Call(call, Limits, until, token);
            outcome = CallOutcome.Succeeded;
            return result;
        }
        catch (UpstreamException error)
        {
            // An upstream that refuses this request, or its content, may well serve the next one.
            if (error is { Failure: UpstreamFailure.Unavailable or UpstreamFailure.Invalid, IsFinal: false })
                outcome = CallOutcome.Failed;
            throw;
        }
        finally
        {
            breaker.Report(permit, outcome);
            NavigatorMeter.UpstreamSeconds.Record(clock.GetElapsedTime(began).TotalSeconds, KeyValuePair.Create("name", (object?)name),
                KeyValuePair.Create("outcome", (object?)outcome.ToString()));
        }
    }

    private async Task<T> Call<T>(Func<CancellationToken, Task<T>> call, UpstreamLimits limits, DateTimeOffset until, CancellationToken token)
    {
        // The rate comes before the bulkhead, so that a call that waits for the rate holds no permit.
        if (limits.Rate is { } rate && !await rates.Acquire(name, rate, Left(until), token))
            throw new UpstreamException(upstream, UpstreamFailure.Unavailable, "its rate limit allows no call in time", isFinal: true, isLate: true);
        var wait = limits.Wait < Left(until) ? limits.Wait : Left(until);
        using var permit = await bulkhead.EnterWithin(wait, token)
            ?? throw Failed(UpstreamFailure.Unavailable, $"none of its {bulkhead.Limit} permits was free within {wait.TotalMilliseconds:0} ms");
        try
        {
            return await Ask(call, limits.Timeout < Left(until) ? limits.Timeout : Left(until), token);
        }
        catch (UpstreamException error) when (error.RetryAfter is { } pause && limits.Rate is { } held)
        {
            // The upstream's Retry-After applies to the calls of all processes.
            await rates.Hold(name, held, pause, token);
            throw;
        }
    }

    private TimeSpan Left(DateTimeOffset until) => until - clock.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private async Task<T> Ask<T>(Func<CancellationToken, Task<T>> call, TimeSpan within, CancellationToken token)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(token);
        timeout.CancelAfter(within);
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
            // If the call had less than half of the configured timeout, the delay was on our side.
            throw new UpstreamException(
                upstream, UpstreamFailure.Unavailable, $"no answer within {within.TotalMilliseconds:0} ms", isFinal: within * 2 < Limits.Timeout,
                isLate: true);
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
            throw Failed(UpstreamFailure.Invalid, $"a response of more than {Limits.MaxResponseBytes} bytes");
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
            // Only reading the response can fail here, so the upstream caused the failure.
            throw Failed(UpstreamFailure.Invalid, $"a response that cannot be read ({error.GetType().Name})");
        }
    }

    private UpstreamException Failed(ClientResultException error)
    {
        if (error.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded })
            return Failed(UpstreamFailure.Invalid, $"a response of more than {Limits.MaxResponseBytes} bytes");
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
