using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace Navigator.Storage.Rates;

/// <summary>A token bucket per name, for a single process.</summary>
internal sealed class InProcessRateLimits(TimeProvider clock) : IRateLimits, IDisposable
{
    /// <summary>Tokens are added this often at most, several at a time where the rate is higher.</summary>
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, Bucket> buckets = new();

    public async Task<bool> Acquire(string name, Rate rate, TimeSpan within, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var bucket = Of(name, rate);
        // Whoever need not wait gets a turn also when there is no time to wait.
        if (bucket.HeldUntil <= clock.GetUtcNow())
        {
            using var now = bucket.Limiter.AttemptAcquire();
            if (now.IsAcquired)
                return true;
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(within);
        try
        {
            if (bucket.HeldUntil - clock.GetUtcNow() is { Ticks: > 0 } held)
            {
                if (held > within)
                    return false;
                await Task.Delay(held, clock, limit.Token);
            }
            using var lease = await bucket.Limiter.AcquireAsync(1, limit.Token);
            return lease.IsAcquired;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return false;
        }
    }

    public Task Hold(string name, Rate rate, TimeSpan time, CancellationToken token)
    {
        var bucket = Of(name, rate);
        var until = clock.GetUtcNow() + time;
        if (until > bucket.HeldUntil)
            bucket.HeldUntil = until;
        return Task.CompletedTask;
    }

    public Task<int> Available(string name, Rate rate, CancellationToken token)
    {
        var bucket = Of(name, rate);
        return Task.FromResult(bucket.HeldUntil > clock.GetUtcNow() ? 0 : (int)(bucket.Limiter.GetStatistics()?.CurrentAvailablePermits ?? 0));
    }

    public void Dispose()
    {
        foreach (var bucket in buckets.Values)
            bucket.Limiter.Dispose();
    }

    /// <summary>A changed rate begins with a full bucket; those who wait in the old one still get their turn there.</summary>
    private Bucket Of(string name, Rate rate) =>
        buckets.AddOrUpdate(name, _ => new Bucket(rate), (_, known) => known.Rate == rate ? known : new Bucket(rate) { HeldUntil = known.HeldUntil });

    private sealed class Bucket(Rate rate)
    {
        public Rate Rate { get; } = rate;
        public DateTimeOffset HeldUntil { get; set; }
        public TokenBucketRateLimiter Limiter { get; } = new(OptionsOf(rate));

        private static TokenBucketRateLimiterOptions OptionsOf(Rate rate)
        {
            var tokens = Math.Max(1, (int)Math.Ceiling(ShortestPeriod / rate.Interval));
            return new TokenBucketRateLimiterOptions
            {
                TokenLimit = Math.Max(rate.Burst, tokens),
                TokensPerPeriod = tokens,
                ReplenishmentPeriod = rate.Interval * tokens,
                QueueLimit = int.MaxValue,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            };
        }
    }
}
