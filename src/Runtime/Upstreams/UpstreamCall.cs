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
    private readonly string? provider;
    private readonly string name;
    private readonly LivePolicy policy;
    private readonly IRateLimits rates;
    private readonly TimeProvider clock;
    private readonly Bulkhead bulkhead;
    private readonly CircuitBreaker breaker;
    private readonly ResiliencePipeline pipeline;

    /// <param name="provider">
    /// One of several providers of the upstream. Each has its own bulkhead, breaker and rate, and may have its own limits. Null: the only one.
    /// </param>
    public UpstreamCall(
        string upstream, LivePolicy policy, LimitRegistry registry, CircuitBreakers breakers, IRateLimits rates, TimeProvider clock,
        string? provider = null)
    {
        (this.upstream, this.provider, this.policy, this.rates, this.clock) = (upstream, provider, policy, rates, clock);
        name = UpstreamNames.Of(upstream, provider);
        bulkhead = registry.Upstream(upstream, provider);
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

    /// <summary>
    /// True if the rate allows more than half of its burst at once now. Work that can wait leaves the other half to work that cannot.
    /// </summary>
    public async Task<bool> HasRateToSpare(CancellationToken token) =>
        Limits.Rate is not { } rate || await rates.Available(name, rate, token) * 2 > rate.Burst;

    private UpstreamLimits Limits => policy.Now.ForUpstream(upstream, provider);

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
        catch (Exception error)
        {
            throw Failed(error);
        }
    }

    private UpstreamException Failed(Exception error) => Cause(error) switch
    {
        FailedResponseException { IsFiltered: true } => Failed(UpstreamFailure.Filtered, "its content filter refused"),
        FailedResponseException { StatusCode: { } status } response => Failed((int)status, response.RetryAfter),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            Failed(UpstreamFailure.Invalid, $"a response of more than {Limits.MaxResponseBytes} bytes"),
        HttpRequestException { StatusCode: { } status } => Failed((int)status, null),
        HttpRequestException or IOException or OperationCanceledException => Failed(UpstreamFailure.Unavailable, "the connection failed"),
        // Only reading the response can fail here, so the upstream caused the failure.
        _ => Failed(UpstreamFailure.Invalid, $"a response that cannot be read ({error.GetType().Name})"),
    };

    /// <summary>What failed in HTTP, which a provider's client may put into an exception of its own.</summary>
    private static Exception Cause(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
            if (inner is HttpRequestException)
                return inner;
        return error;
    }

    private UpstreamException Failed(int status, TimeSpan? retryAfter) =>
        status is (int)HttpStatusCode.TooManyRequests or (int)HttpStatusCode.RequestTimeout or >= 500
            ? new UpstreamException(upstream, UpstreamFailure.Unavailable, $"HTTP {status}", retryAfter)
            : Failed(UpstreamFailure.Rejected, $"HTTP {status}");

    private UpstreamException Failed(UpstreamFailure failure, string reason) => new(upstream, failure, reason);
}
