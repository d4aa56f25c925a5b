using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Navigator.Faults.Tests;

internal enum Line
{
    Open,

    /// <summary>Every connection is reset, new ones too.</summary>
    Cut,

    /// <summary>Nothing passes and nobody is told: what a dead router does.</summary>
    Silent,
}

/// <summary>
/// Stands between two processes: forwards bytes, late if told so, and cuts the line. With several back ends it is a load
/// balancer that takes the next one where a connection is refused.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyList<IPEndPoint> backends;
    private readonly ConcurrentDictionary<int, byte> unready = new();
    private readonly ConcurrentDictionary<Socket, byte> sockets = new();
    private readonly CancellationTokenSource stop = new();
    private int next;
    private volatile Line line;

    public TcpProxy(params IReadOnlyList<IPEndPoint> backends)
    {
        this.backends = backends;
        listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Added to each direction.</summary>
    public TimeSpan Latency { get; set; }

    public Line Line
    {
        get => line;
        set
        {
            line = value;
            if (value != Line.Cut)
                return;
            foreach (var socket in sockets.Keys)
                Reset(socket);
        }
    }

    /// <summary>A back end that is not ready gets no new connection while another is.</summary>
    public void Use(int backend, bool ready)
    {
        if (ready)
            unready.TryRemove(backend, out _);
        else
            unready.TryAdd(backend, 0);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        foreach (var socket in sockets.Keys)
            socket.Dispose();
        stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await listener.AcceptSocketAsync(stop.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Serve(Socket client)
    {
        Socket? server = null;
        try
        {
            sockets.TryAdd(client, 0);
            var wasSilent = line == Line.Silent;
            while (line == Line.Silent)
                await Task.Delay(20, stop.Token);
            // Nobody answers over a silent line: whoever came meanwhile has met no server, and no server has met them.
            if (wasSilent || line == Line.Cut || (server = await Connect()) is null)
            {
                Reset(client);
                return;
            }
            sockets.TryAdd(server, 0);
            client.NoDelay = server.NoDelay = true;
            // The first that breaks breaks both.
            var pumps = new[] { Pump(client, server), Pump(server, client) };
            await await Task.WhenAny(pumps);
            await Task.WhenAll(pumps);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            if (server is not null)
                Reset(server);
            Reset(client);
        }
        finally
        {
            sockets.TryRemove(client, out _);
            client.Dispose();
            if (server is not null)
            {
                sockets.TryRemove(server, out _);
                server.Dispose();
            }
        }
    }

    private async Task<Socket?> Connect()
    {
        var first = Interlocked.Increment(ref next);
        foreach (var index in Enumerable.Range(0, backends.Count).Select(i => (first + i) % backends.Count)
            .OrderBy(index => unready.ContainsKey(index)))
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(backends[index], stop.Token);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }
        return null;
    }

    private async Task Pump(Socket from, Socket to)
    {
        var buffer = new byte[65_536];
        while (true)
        {
            var read = await from.ReceiveAsync(buffer, stop.Token);
            if (Latency > TimeSpan.Zero)
                await Task.Delay(Latency, stop.Token);
            while (line == Line.Silent)
                await Task.Delay(20, stop.Token);
            if (read == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }
            for (var sent = 0; sent < read;)
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stop.Token);
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
        }
    }
}
