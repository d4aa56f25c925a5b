namespace Navigator.Runtime.Settings;

/// <summary>Embedded: one process. Distributed: RabbitMQ and PostgreSQL, with any number of processes.</summary>
/// <param name="RabbitMq">amqp://user:password@host:port/virtual-host; null in embedded mode.</param>
/// <param name="Postgres">Npgsql connection string; null in embedded mode.</param>
public sealed record NavigatorMode(string? RabbitMq, string? Postgres)
{
    /// <summary>
    /// True if the broker's definitions declare queues and bindings (setting <c>Broker__TopologyIsGiven</c>). A process that only sends then declares
    /// none and needs no right to read its own messages.
    /// </summary>
    public bool TopologyIsGiven { get; init; }

    public bool IsEmbedded => RabbitMq is null;

    /// <exception cref="StartupException">Only one connection string is set, or one cannot be read.</exception>
    public static NavigatorMode From(IConfiguration configuration)
    {
        var rabbitMq = Set(configuration.GetConnectionString("RabbitMq"));
        var postgres = Set(configuration.GetConnectionString("Postgres"));
        if (rabbitMq is null != postgres is null)
            throw new StartupException(
                $"ConnectionStrings__{(rabbitMq is null ? "Postgres" : "RabbitMq")} is set and "
                    + $"ConnectionStrings__{(rabbitMq is null ? "RabbitMq" : "Postgres")} is not: "
                + "set both to run distributed, or neither to run embedded.");
        if (rabbitMq is not null && (!Uri.TryCreate(rabbitMq, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps")))
            throw new StartupException("ConnectionStrings__RabbitMq is not an address like amqp://user:password@host:5672/virtual-host.");
        if (postgres is not null)
            CheckPostgres(postgres);
        return new NavigatorMode(rabbitMq, postgres) { TopologyIsGiven = configuration.GetValue<bool>("Broker:TopologyIsGiven") };
    }

    private static void CheckPostgres(string postgres)
    {
        try
        {
            if (string.IsNullOrEmpty(new Npgsql.NpgsqlConnectionStringBuilder(postgres).Host))
                throw new StartupException("ConnectionStrings__Postgres contains no host. Set it to Host=…;Database=…;Username=…;Password=….");
        }
        catch (ArgumentException error)
        {
            throw new StartupException($"ConnectionStrings__Postgres cannot be read: {error.Message}");
        }
    }

    private static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
