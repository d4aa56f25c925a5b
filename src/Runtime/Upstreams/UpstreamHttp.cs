using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>Creates one connection pool per upstream, with the limits from concurrency.yaml.</summary>
public static class UpstreamHttp
{
    public static HttpClient Create(UpstreamLimits limits)
    {
        var pool = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = limits.Connections,
            ConnectTimeout = limits.ConnectTimeout,
            // Not settings: long enough to reuse connections, short enough to follow a change of the name's address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        // Each call has its own deadline.
        return new HttpClient(new ResponseLimitHandler(pool, limits.MaxResponseBytes)) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
