using System.Net.Security;
using Navigator.Runtime.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Navigator.Runtime.Broker;

/// <summary>
/// A separate connection beside the bus's, to inspect queues and to move messages between them. It is opened on demand and discarded after any
/// failure. No caller waits longer than <see cref="Patience"/>.
/// </summary>
public sealed class BrokerConnection(NavigatorMode mode) : IAsyncDisposable
{
    /// <summary>No setting: RabbitMQ advises 5 to 20 s. Sooner, a busy process looks dead; later, a dead one keeps its messages.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    /// <summary>No setting: the watch looks again a second later, and its last look stays known until then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim opening = new(1);
    private IConnection? connection;

    /// <exception cref="BrokerUnavailableException">The broker did not answer in time, or refused.</exception>
    public async Task<T> Use<T>(Func<IChannel, Task<T>> use, CreateChannelOptions? options, CancellationToken token)
    {
        var open = connection;
        try
        {
            open = await Open(token);
            await using var channel = await open.CreateChannelAsync(options, token).WaitAsync(Patience, token);
            return await use(channel).WaitAsync(Patience, token);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            throw; // the queue does not exist; the connection is still usable
        }
        catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
        {
            Discard(open);
            throw new BrokerUnavailableException(error);
        }
    }

    public ValueTask DisposeAsync()
    {
        Discard(connection);
        opening.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<IConnection> Open(CancellationToken token)
    {
        if (!await opening.WaitAsync(Patience, token))
            throw new TimeoutException();
        try
        {
            if (connection is { IsOpen: true })
                return connection;
            var factory = new ConnectionFactory
            {
                Uri = new Uri(mode.RabbitMq ?? throw new InvalidOperationException("Embedded mode has no broker.")),
                ClientProvidedName = $"navigator-watch {Environment.MachineName}:{Environment.ProcessId}",
                AutomaticRecoveryEnabled = false,
                RequestedConnectionTimeout = Patience,
                ContinuationTimeout = Patience,
                RequestedHeartbeat = Heartbeat,
            };
            // The default would accept a certificate for any name.
            factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
            var connecting = factory.CreateConnectionAsync(token);
            try
            {
                return connection = await connecting.WaitAsync(Patience, token);
            }
            catch (Exception error) when (error is TimeoutException or OperationCanceledException)
            {
                // The connection may still open when a frozen broker resumes. It is closed then.
                _ = connecting.ContinueWith(late => Discard(late.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion,
                    TaskScheduler.Default);
                throw;
            }
        }
        finally
        {
            opening.Release();
        }
    }

    /// <summary>Closes the connection in the background, because closing may take as long as the broker likes.</summary>
    private void Discard(IConnection? broken)
    {
        Interlocked.CompareExchange(ref connection, null, broken);
        _ = broken?.AbortAsync(TimeSpan.FromSeconds(1)).ContinueWith(_ => broken.Dispose(), TaskScheduler.Default);
    }
}

public sealed class BrokerUnavailableException(Exception inner) : Exception("The broker does not answer.", inner);
