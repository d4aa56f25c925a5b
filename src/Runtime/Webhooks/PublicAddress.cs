using System.Net;
using System.Net.Sockets;

namespace Navigator.Runtime.Webhooks;

/// <summary>
/// Tells whether an address is on the public internet. Private, link-local (which includes the clouds' metadata), shared, loopback and
/// unassigned addresses are not, nor are addresses that embed another address. Sources: the IANA special-purpose registries.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Refused4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Exceptions in the global unicast space: Teredo and other protocols, documentation, and 6to4, which embeds an IPv4 address.</summary>
    private static readonly IPNetwork[] Refused6 =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48" }.Select(IPNetwork.Parse)];

    public static bool Is(IPAddress address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => Is(address.MapToIPv4()),
        { AddressFamily: AddressFamily.InterNetwork } => !Refused4.Any(network => network.Contains(address)),
        { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: 0 } =>
            GlobalUnicast.Contains(address) && !Refused6.Any(network => network.Contains(address)),
        _ => false,
    };
}
