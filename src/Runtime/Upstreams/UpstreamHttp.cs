using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>One connection pool per upstream, with the limits that concurrency.yaml gives it.</summary>
public static class UpstreamHttp
{
    public static HttpClient Create(UpstreamLimits limits)
    {
        var pool = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = limits.Connections,
            ConnectTimeout = limits.ConnectTimeout,
            // No settings: long enough to be worth it, short enough to notice that a name points elsewhere now.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        // Every call brings its own deadline.
        return new HttpClient(new ResponseLimitHandler(pool, limits.MaxResponseBytes)) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
