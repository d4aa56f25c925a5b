using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Navigator.Servers;
using Navigator.Upstreams;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Navigator.EndToEnd.Tests;

/// <summary>
/// A broker with compose's definitions and both servers behind TLS, with certificates of an authority made here: the rights that each
/// service has are enough for the system, and for nothing else.
/// </summary>
public sealed class GuardedServersTests
{
    private const int FirstPort = 27_700;

    [GuardedFact]
    public async Task Each_service_does_its_work_over_tls_and_may_do_no_more()
    {
        var files = Directory.CreateTempSubdirectory("navigator-guarded");
        var definitions = (await File.ReadAllTextAsync(Path.Combine(ServerSet.Root, "compose", "rabbitmq", "definitions.json")))
            .Replace("@NAVIGATOR_API_PASSWORD@", "for-the-api", StringComparison.Ordinal)
            .Replace("@NAVIGATOR_WORKER_PASSWORD@", "for-workers", StringComparison.Ordinal)
            .Replace("@NAVIGATOR_PASSWORD@", "navigator", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(files.FullName, "definitions.json"), definitions);
        WriteCertificates(files.FullName);
        Assert.Equal(
            Shipped.Queues.Order(StringComparer.Ordinal),
            JsonNode.Parse(definitions)!["queues"]!.AsArray().Select(queue => queue!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));

        await using var servers = await BreakableServers.Start("guarded", FirstPort, files: files.FullName);
        await using var upstreams = await UpstreamServer.Start();
        var authority = Path.Combine(files.FullName, "ca.pem");
        await using var system = await NavigatorSystem.Prepare(workers: 1, upstreams, servers.Set, ("Broker__TopologyIsGiven", "true"),
            ("SSL_CERT_FILE", authority));
        string Broker(string user, string password, string host = "navigator") => $"amqps://{user}:{password}@localhost:{servers.TlsPort}/{host}";
        string Database(string plain) => new NpgsqlConnectionStringBuilder(plain)
        {
            Host = "localhost",
            SslMode = SslMode.VerifyFull,
            RootCertificate = authority
        }.ConnectionString;
        var anotherHost = new Uri(system.VirtualHost!).AbsolutePath.Trim('/');
        var (api, worker) = (Broker("navigator_api", "for-the-api"), Broker("navigator_worker", "for-workers"));

        await system.StartAs(
            (api, Database(system.Access!.Api)), (worker, Database(system.Access.Worker)),
            virtualHost: $"amqp://navigator:navigator@localhost:{FirstPort}/navigator");

        await system.Ingest("zebra.md", Encoding.UTF8.GetBytes("The zebra is striped."), TimeSpan.FromSeconds(60));
        Assert.Equal("answered", (await system.Ask("Is the zebra striped?")).GetProperty("status").GetString());
        // What cannot be read is put aside by a worker, and moved back at an operator's wish.
        await Publish(servers.Set, "compose-answer", "nonsense");
        await Eventually.Holds(async () => (await system.Queues()).Any(queue => queue is { Name: "compose-answer_error", Messages: 1 }));
        using (var replay = await system.Client.PostAsJsonAsync("/v1/replays", new { filter = new { queue = "compose-answer_error" } }))
            Assert.Equal(1, (await replay.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("counts").GetProperty("matched").GetInt32());
        await Eventually.Holds(async () =>
            (await system.Client.GetFromJsonAsync<JsonElement>("/v1/replays")).GetProperty("data")[0].GetProperty("status").GetString()
                == "finished");
        Assert.All(await Connections(servers.Set), connection => Assert.Equal((true, "TLSv1.3"), connection));
        Assert.True(await Encrypted(system.Database!) >= 2);

        foreach (var queue in Shipped.Queues)
            await Refused(api, authority, channel => channel.BasicGetAsync(queue, autoAck: true));
        foreach (var user in new[] { api, worker })
        {
            await Refused(user, authority, channel => channel.QueueDeclareAsync("mine", durable: true, exclusive: false, autoDelete: false));
            await Refused(user, authority, async channel =>
                await channel.BasicPublishAsync("amq.topic", "x", mandatory: false, new BasicProperties(), Array.Empty<byte>()), confirmed: true);
        }
        // Not in another virtual host, not as guest, and not to somebody whose certificate nobody vouches for.
        foreach (var (address, trusted) in new[] { (Broker("navigator_worker", "for-workers", anotherHost), authority),
            (Broker("guest", "guest"), authority), (api, null) })
        {
            // Refused a virtual host, this client notices when it wants a channel.
            var refusal = await Record.ExceptionAsync(async () =>
            {
                await using var connection = await Connect(address, trusted);
                await connection.CreateChannelAsync();
            });
            Assert.True(refusal is BrokerUnreachableException or OperationInterruptedException, $"{address}: {refusal}");
        }
        files.Delete(recursive: true);
    }

    /// <summary>ca.pem, and cert.pem with key.pem for localhost.</summary>
    private static void WriteCertificates(string folder)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Navigator's own authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(folder, "key.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task<List<(bool, string?)>> Connections(ServerSet servers) =>
    [
        .. (await servers.Management.GetFromJsonAsync<JsonElement>("api/vhosts/navigator/connections")).EnumerateArray()
            .Select(connection => (connection.GetProperty("ssl").GetBoolean(),
                connection.GetProperty("ssl_protocol").GetString()?.Replace("tlsv1.3", "TLSv1.3", StringComparison.Ordinal))),
    ];

    private static async Task<long> Encrypted(string owner)
    {
        await using var connection = new NpgsqlConnection(owner + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT count(DISTINCT usename) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE ssl AND usename IN ('navigator_api', "
                + "'navigator_worker') AND datname = current_database()", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task Publish(ServerSet servers, string queue, string body)
    {
        using var response = await servers.Management.PostAsJsonAsync(
            "api/exchanges/navigator/amq.default/publish",
            new
            {
                properties = new { delivery_mode = 2, content_type = "application/vnd.masstransit+json" },
                routing_key = queue,
                payload = body,
                payload_encoding = "string"
            });
        response.EnsureSuccessStatusCode();
    }

    private static async Task Refused(string address, string authority, Func<IChannel, Task> attempt, bool confirmed = false)
    {
        await using var connection = await Connect(address, authority);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(confirmed, confirmed));
        var error = await Assert.ThrowsAnyAsync<Exception>(() => attempt(channel));
        Assert.True((error as OperationInterruptedException
            ?? error.InnerException as OperationInterruptedException)?.ShutdownReason?.ReplyCode == Constants.AccessRefused, error.ToString());
    }

    /// <param name="authority">Whom to trust; null: those whom everybody trusts.</param>
    private static Task<IConnection> Connect(string address, string? authority)
    {
        var factory = new ConnectionFactory { Uri = new Uri(address), AutomaticRecoveryEnabled = false };
        if (authority is not null)
            factory.Ssl.CertificateValidationCallback = (_, certificate, _, _) =>
            {
                using var chain =
                    new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
                chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
                return chain.Build((X509Certificate2)certificate!);
            };
        return factory.CreateConnectionAsync();
    }
}

/// <summary>A fact that needs servers with settings of its own.</summary>
public sealed class GuardedFactAttribute : FactAttribute
{
    public GuardedFactAttribute() => Skip = BreakableServers.Missing;
}
