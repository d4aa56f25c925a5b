namespace Navigator.Runtime.Settings;

/// <summary>Embedded: all in this process. Distributed: RabbitMQ and PostgreSQL, any number of processes.</summary>
/// <param name="RabbitMq">amqp://user:password@host:port/virtual-host; null when embedded.</param>
/// <param name="Postgres">Npgsql connection string; null when embedded.</param>
public sealed record NavigatorMode(string? RabbitMq, string? Postgres)
{
    /// <summary>
    /// Queues and bindings are made by the broker's definitions (setting <c>Broker__TopologyIsGiven</c>): who only sends need not make
    /// them, and so needs no right to read what it sends.
    /// </summary>
    public bool TopologyIsGiven { get; init; }

    public bool IsEmbedded => RabbitMq is null;

    /// <exception cref="StartupException">One connection string without the other, or one that cannot be read.</exception>
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
                throw new StartupException("ConnectionStrings__Postgres names no host. It looks like Host=…;Database=…;Username=…;Password=….");
        }
        catch (ArgumentException error)
        {
            throw new StartupException($"ConnectionStrings__Postgres cannot be read: {error.Message}");
        }
    }

    private static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
