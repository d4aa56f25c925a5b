using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Tests;

public class KeyCacheTests
{
    /// <summary>A look that stayed in the list would be the key's answer for ever, whatever the database says later.</summary>
    [Fact]
    public async Task However_quickly_a_look_ends_none_is_left_behind()
    {
        var policy = DatabaseThrottleTests.Policy(statements: "100", timeout: "10s");
        using var throttle = new DatabaseThrottle(new LimitRegistry(policy, TimeProvider.System), policy);
        using var cache = new KeyCache(new ConfiguredApiKeys(new Dictionary<string, ApiKey>(), TimeProvider.System), throttle, policy,
            TimeProvider.System);

        await Parallel.ForAsync(0, 200_000, async (i, _) => Assert.Null(await cache.Find($"id-{i}")));

        Assert.Equal(0, cache.Looking);
    }
}
