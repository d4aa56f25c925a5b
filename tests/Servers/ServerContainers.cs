using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Microsoft.Extensions.Logging.Abstractions;
using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace Navigator.Servers;

/// <summary>
/// RabbitMQ and PostgreSQL in containers. Test projects run in processes of their own, two at a time, and share the two:
/// Testcontainers finds a container of the same configuration again by a hash on its label. Its reaper (an image more) would
/// remove them after each process, so it is not used; <c>compose/services.sh down</c> removes what bears <see cref="Label"/>.
/// </summary>
internal static class ServerContainers
{
    /// <summary>services.sh knows it too.</summary>
    private const string Label = "navigator.test-servers";

    private const string User = "navigator";
    private const ushort AmqpPort = RabbitMqBuilder.RabbitMqPort;
    private const ushort ManagementPort = 15672, MetricsPort = 15692;

    /// <summary>For both images and both servers, together.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly Dictionary<string, string> Pinned = File.ReadLines(Path.Combine(ServerSet.Root, "compose", ".env"))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    public static string RabbitMqImage { get; } = Image("NAVIGATOR_RABBITMQ_IMAGE");

    public static string PostgresImage { get; } = Image("NAVIGATOR_POSTGRES_IMAGE");

    public static bool EngineAnswers => TestcontainersSettings.OS.DockerEndpointAuthConfig is not null;

    /// <exception cref="ServerContainersException">The engine cannot get an image, or cannot start a server.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> Start()
    {
        // One process at a time: two that both find no container would both create one, and the library then refuses to choose.
        await using var turn = await Lock();
        using var patience = new CancellationTokenSource(Patience);
        // Not disposed of: that would stop them, and the next process finds them warm.
        var (broker, database) = (Broker(), Database());
        await Task.WhenAll(Up(broker, RabbitMqImage, patience.Token), Up(database, PostgresImage, patience.Token));

        var settings = new Dictionary<string, string>
        {
            ["NAVIGATOR_RABBITMQ"] = $"amqp://{User}:{User}@{broker.Hostname}:{broker.GetMappedPublicPort(AmqpPort)}/",
            ["NAVIGATOR_RABBITMQ_MANAGEMENT"] = $"http://{User}:{User}@{broker.Hostname}:{broker.GetMappedPublicPort(ManagementPort)}",
            ["NAVIGATOR_RABBITMQ_METRICS"] = $"{broker.Hostname}:{broker.GetMappedPublicPort(MetricsPort)}",
            ["NAVIGATOR_POSTGRES"] = $"Host={database.Hostname};Port={database.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort)};"
                + $"Username={User};Password={User};Database=postgres",
        };
        if (PdfToText() is { } program)
            settings["NAVIGATOR_PDFTOTEXT"] = program;
        return settings;
    }

    private static RabbitMqContainer Broker() => new RabbitMqBuilder(RabbitMqImage)
        .WithUsername(User).WithPassword(User)
        .WithPortBinding(ManagementPort, assignRandomHostPort: true)
        .WithPortBinding(MetricsPort, assignRandomHostPort: true)
        // As services.sh does: quorum queues without a word in the client, and their numbers after one second, not five.
        .WithResourceMapping("default_queue_type = quorum\ncollect_statistics_interval = 1000\n"u8.ToArray(), "/etc/rabbitmq/conf.d/30-tests.conf")
        .WithResourceMapping("[{rabbit, [{quorum_tick_interval, 1000}]}]."u8.ToArray(), "/etc/rabbitmq/advanced.config")
        .WithCreateParameterModifier(StayOnLoopback)
        .WithLabel(Label, "rabbitmq").WithReuse(true).WithCleanUp(false).WithLogger(NullLogger.Instance).Build();

    private static PostgreSqlContainer Database() => new PostgreSqlBuilder(PostgresImage)
        .WithUsername(User).WithPassword(User).WithDatabase("postgres")
        // In place of the library's own arguments, which turn durability off: commits cost here what they cost in production.
        .WithCommand(new OverwriteEnumerable<string>(["-c", "max_connections=500"]))
        // Parallel builds of an index share memory, of which a container has 64 MB unless told otherwise.
        .WithCreateParameterModifier(parameters => parameters.HostConfig!.ShmSize = 256L << 20)
        .WithCreateParameterModifier(StayOnLoopback)
        .WithLabel(Label, "postgres").WithReuse(true).WithCleanUp(false).WithLogger(NullLogger.Instance).Build();

    /// <summary>
    /// Publishes the ports to this machine alone, because the password is no secret. An engine elsewhere, and a test process that
    /// runs in a container itself, reach the servers from outside: then the engine publishes to all, as it does by itself.
    /// </summary>
    private static void StayOnLoopback(CreateContainerParameters parameters)
    {
        if (TestcontainersSettings.OS.DockerEndpointAuthConfig.Endpoint.Scheme is not ("unix" or "npipe")
            || File.Exists("/.dockerenv") || !string.IsNullOrEmpty(TestcontainersSettings.DockerHostOverride))
            return;
        foreach (var binding in parameters.HostConfig!.PortBindings!.Values.SelectMany(bindings => bindings))
            binding.HostIP = "127.0.0.1";
    }

    private static async Task Up(DockerContainer container, string image, CancellationToken patience)
    {
        try
        {
            await container.StartAsync(patience);
        }
        catch (Exception failure) when (failure is DockerApiException or HttpRequestException or TimeoutException or OperationCanceledException
            or ContainerNotRunningException)
        {
            throw new ServerContainersException($"The Docker engine answers but cannot start {image}: {Reason(failure)}", failure);
        }
    }

    /// <summary>In one line. The engine's own words stand in JSON.</summary>
    private static string Reason(Exception failure)
    {
        var words = failure switch
        {
            OperationCanceledException => $"not within {Patience.TotalMinutes} minutes",
            DockerApiException { ResponseBody: { } body } when body.StartsWith('{') => JsonNode.Parse(body)?["message"]?.GetValue<string>() ?? body,
            _ => failure.Message,
        };
        return words.ReplaceLineEndings(" ").Trim();
    }

    /// <summary>The environment before the file, as compose does it.</summary>
    private static string Image(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } image ? image : Pinned[name];

    internal static string? PdfToText() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "pdftotext")).FirstOrDefault(File.Exists);

    private static async Task<FileStream> Lock()
    {
        var file = Path.Combine(Path.GetTempPath(), $"navigator-containers-{Environment.UserName}.lock");
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(250); // another process holds it
            }
        }
    }
}

/// <summary>An engine that answers did not bring up the servers; the message is one line.</summary>
internal sealed class ServerContainersException(string message, Exception cause) : Exception(message, cause);
