using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;

namespace Navigator.Api.Access;

/// <summary>
/// So many requests a second of one tenant and no more, whatever they are: a caller that polls in a tight loop takes no
/// statements from others. Each API process counts for itself.
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
                return new ValueTask(Problem.Of(ProblemCode.TooManyRequests, $"More than {rate} requests a second of one tenant are not taken.")
                    .ExecuteAsync(context.HttpContext));
            };
        });
        return services.AddRateLimiter();
    }
}
