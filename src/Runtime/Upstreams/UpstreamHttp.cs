using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>Creates one connection pool per upstream, with the limits from concurrency.yaml.</summary>
public static class UpstreamHttp
{
    public static HttpClient Create(UpstreamLimits limits) => Around(Pool(limits));

    /// <summary>For a client whose exceptions <see cref="UpstreamCall"/> does not know: an error response becomes one that it knows.</summary>
    public static HttpClient ForModels(UpstreamLimits limits) => Around(new FailedResponseHandler(Pool(limits)));

    private static ResponseLimitHandler Pool(UpstreamLimits limits) => new(
        new SocketsHttpHandler
        {
            MaxConnectionsPerServer = limits.Connections,
            ConnectTimeout = limits.ConnectTimeout,
            // Not settings: long enough to reuse connections, short enough to follow a change of the name's address.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            AllowAutoRedirect = false,
            UseCookies = false,
        },
        limits.MaxResponseBytes);

    /// <summary>Without a timeout, because each call has its own deadline.</summary>
    private static HttpClient Around(HttpMessageHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };
}
