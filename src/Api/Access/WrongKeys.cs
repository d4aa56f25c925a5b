using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Navigator.Runtime.Limits;

namespace Navigator.Api.Access;

/// <summary>
/// Counts wrong keys by source address and by guessed key. Above the limit a wrong key causes no statement and no log line.
/// </summary>
internal sealed partial class WrongKeys(LivePolicy policy, ILogger<WrongKeys> log) : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> limiter =
        PartitionedRateLimiter.Create<string, string>(source => RateLimitPartition.GetFixedWindowLimiter(
        source, _ => new FixedWindowRateLimiterOptions { PermitLimit = policy.Now.Http.WrongKeysPerMinute, Window = Window }));

    public static string AddressOf(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        // The holder of one IPv6 address usually has at least its /64 network.
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"{new IPAddress([.. address.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0])}/64",
        _ => address.ToString(),
    };

    public static string KeyOf(string id) => $"key {id}";

    public bool TooMany(string source) => limiter.GetStatistics(source)?.CurrentAvailablePermits == 0;

    /// <returns>False if the limit is reached.</returns>
    public bool Note(string source)
    {
        using var lease = limiter.AttemptAcquire(source);
        if (lease.IsAcquired && TooMany(source))
            LogTooMany(policy.Now.Http.WrongKeysPerMinute, source);
        return lease.IsAcquired;
    }

    public void Dispose() => limiter.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} wrong keys within a minute, {Source}. The rest of the minute is answered 429")]
    private partial void LogTooMany(int count, string source);
}
