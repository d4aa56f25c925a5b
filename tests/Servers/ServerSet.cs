using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Npgsql;

namespace Navigator.Servers;

/// <summary>
/// The RabbitMQ and PostgreSQL that tests run against, brought up by <see cref="ServerSource"/> when the first test asks. The
/// servers outlive the run; each test gets a virtual host and a database of its own.
/// </summary>
public sealed class ServerSet
{
    private static readonly Lazy<Task<ServerSet>> Running = new(async () => new ServerSet(await ServerSource.Settings()));

    private const string ProcessPrefix = "NAVIGATOR_PID_";

    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly HttpClient management;
    private readonly SemaphoreSlim cloning = new(1);
    private string? template;

    internal ServerSet(IReadOnlyDictionary<string, string> settings)
    {
        this.settings = settings;
        var address = new Uri(settings["NAVIGATOR_RABBITMQ_MANAGEMENT"]);
        management = new HttpClient { BaseAddress = new UriBuilder(address) { UserName = "", Password = "" }.Uri };
        management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
    }

    /// <summary>Process ids by the name of the server, in lower case; empty where the servers are not the script's processes.</summary>
    public IReadOnlyDictionary<string, int> Processes => settings.Where(setting => setting.Key.StartsWith(ProcessPrefix, StringComparison.Ordinal))
        .ToDictionary(setting => setting.Key[ProcessPrefix.Length..].ToLowerInvariant(),
            setting => int.Parse(setting.Value, CultureInfo.InvariantCulture));

    public string Postgres => settings["NAVIGATOR_POSTGRES"];

    /// <summary>Host and port of RabbitMQ's metrics; null for a server whose address of them is not known.</summary>
    public string? BrokerMetrics => settings.GetValueOrDefault("NAVIGATOR_RABBITMQ_METRICS");

    /// <summary>The program that reads PDFs; null where none could be had.</summary>
    public string? PdfToText => settings.GetValueOrDefault("NAVIGATOR_PDFTOTEXT");

    public static Task<ServerSet> Get() => Running.Value;

    /// <summary>The program that reads PDFs: the one that comes with the servers, or in the quick lane the machine's own. Null where there is none.
    /// </summary>
    public static async Task<string?> FindPdfToText() => Lane.IsQuick ? ServerContainers.PdfToText() : (await Get()).PdfToText;

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Connection string of a new, empty database.</summary>
    public async Task<string> CreateDatabase()
    {
        var name = $"test_{Guid.CreateVersion7():N}";
        await Execute($"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(settings["NAVIGATOR_POSTGRES"]) { Database = name }.ConnectionString;
    }

    public async Task DropDatabase(string connectionString)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
            NpgsqlConnection.ClearPool(connection);
        await Execute($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    /// <summary>A new database of Navigator's: a copy of one that was prepared once.</summary>
    public async Task<NavigatorDatabase> CreateNavigator()
    {
        await cloning.WaitAsync();
        try
        {
            if (template is null)
            {
                var prepared = await CreateDatabase();
                await NavigatorDatabase.Prepare(prepared);
                await Execute(NavigatorDatabase.LetRolesIn);
                template = prepared;
            }
            return NavigatorDatabase.At(await CloneDatabase(template));
        }
        finally
        {
            cloning.Release();
        }
    }

    public Task Drop(NavigatorDatabase database) => DropDatabase(database.Owner);

    /// <summary>Connection string of a new database that is a copy of another, which nobody may be connected to.</summary>
    public async Task<string> CloneDatabase(string template)
    {
        var builder = new NpgsqlConnectionStringBuilder(template);
        await using (var connection = new NpgsqlConnection(template))
            NpgsqlConnection.ClearPool(connection);
        var name = $"test_{Guid.CreateVersion7():N}";
        // Copied as files, not through the log: less than half of the system time.
        await Execute($"CREATE DATABASE {name} TEMPLATE {builder.Database} STRATEGY FILE_COPY");
        builder.Database = name;
        return builder.ConnectionString;
    }

    /// <summary>Address of a new virtual host whose queues are quorum queues, as in production.</summary>
    /// <param name="queueType">Of queues whose declaration names none: quorum, as deployed, or classic.</param>
    public async Task<string> CreateVirtualHost(string queueType = "quorum")
    {
        var name = $"test-{Guid.CreateVersion7():N}";
        using var response = await management.PutAsJsonAsync($"api/vhosts/{name}", new { default_queue_type = queueType });
        response.EnsureSuccessStatusCode();
        return new UriBuilder(settings["NAVIGATOR_RABBITMQ"]) { Path = name }.Uri.ToString();
    }

    public async Task DeleteVirtualHost(string address)
    {
        using var response = await management.DeleteAsync($"api/vhosts/{new Uri(address).AbsolutePath.Trim('/')}");
    }

    /// <summary>The management API, for what has no method here.</summary>
    public HttpClient Management => management;

    /// <summary>The management API's answer about a virtual host's queues.</summary>
    public async Task<IReadOnlyList<QueueState>> Queues(string address) =>
        await management.GetFromJsonAsync<List<QueueState>>($"api/queues/{new Uri(address).AbsolutePath.Trim('/')}") ?? [];

    private async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(settings["NAVIGATOR_POSTGRES"] + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Navigator.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        return folder;
    }
}

/// <summary>A queue as the management API reports it.</summary>
public sealed record QueueState(string Name, string Type, long Messages, int Consumers);
