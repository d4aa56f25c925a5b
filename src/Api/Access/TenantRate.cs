using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;

namespace Navigator.Api.Access;

/// <summary>
/// Limits each tenant's requests per second, so that a caller that polls in a tight loop does not slow down others. Each API process counts for
/// itself.
/// </summary>
internal static class TenantRate
{
    public static IServiceCollection AddTenantRate(this IServiceCollection services)
    {
        services.AddOptions<RateLimiterOptions>().Configure<LivePolicy>((options, policy) =>
        {
            var rate = policy.Now.Http.TenantRequestsPerSecond;
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => context.User.Identity is { IsAuthenticated: true }
                ? RateLimitPartition.GetTokenBucketLimiter(context.User.Tenant(), _ => new TokenBucketRateLimiterOptions
                {
                    TokensPerPeriod = rate,
                    TokenLimit = 2 * rate,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                })
                : RateLimitPartition.GetNoLimiter(""));
            options.OnRejected = (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "1";
                return new ValueTask(Problem.Of(ProblemCode.TooManyRequests, $"Your tenant may send {rate} requests a second. Try again in a second.")
                    .ExecuteAsync(context.HttpContext));
            };
        });
        return services.AddRateLimiter();
    }
}
