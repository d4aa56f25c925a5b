using System.Net;
using System.Net.Sockets;

namespace Navigator.Faults.Tests;

/// <summary>
/// Ports for processes that are started again on the same one. They lie below those that the system gives to connections: one of those may
/// be taken by whoever connects while the process is down.
/// </summary>
internal static class FixedPort
{
    private const int First = 24_000, Last = 26_999;

    private static int taken = Random.Shared.Next(First, Last);

    public static int Take()
    {
        for (var tries = First; tries <= Last; tries++)
        {
            var port = First + (Interlocked.Increment(ref taken) - First) % (Last - First + 1);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another program's.
            }
        }
        throw new InvalidOperationException($"Every port from {First} to {Last} is taken.");
    }
}
