namespace Navigator.Servers;

/// <summary>A way to come by the servers that tests run against.</summary>
public enum ServerWay
{
    /// <summary>A RabbitMQ and a PostgreSQL in containers of a Docker engine, by Testcontainers.</summary>
    Containers,

    /// <summary>Debian's packages, by compose/services.sh.</summary>
    Packages,

    /// <summary>The addresses in NAVIGATOR_RABBITMQ and NAVIGATOR_POSTGRES.</summary>
    Environment,
}

/// <summary>
/// The one place that decides where the servers of tests come from: the environment's addresses, else containers where a Docker
/// engine answers and has or gets the images, else Debian's packages. NAVIGATOR_TEST_SERVERS overrides, and then nothing else is tried.
/// </summary>
public static class ServerSource
{
    private const string Override = "NAVIGATOR_TEST_SERVERS";

    private static readonly string[] Addresses = ["NAVIGATOR_RABBITMQ", "NAVIGATOR_POSTGRES"];

    /// <summary>What an override asks for; null for the first way that works.</summary>
    public static ServerWay? Parse(string? value) => value switch
    {
        null or "" => null,
        "containers" => ServerWay.Containers,
        "packages" => ServerWay.Packages,
        "environment" => ServerWay.Environment,
        _ => throw new InvalidOperationException(
            $"{Override} is '{value}'. Set it to containers, packages or environment, or unset it to take the first way that works."),
    };

    /// <summary>Starts what does not run, and returns its settings by the names that services.sh prints.</summary>
    internal static async Task<IReadOnlyDictionary<string, string>> Settings()
    {
        if (Lane.IsQuick)
            throw new InvalidOperationException("The quick lane has no servers. Mark this test with [Trait(\"Needs\", \"Servers\")].");
        var wanted = Parse(Environment.GetEnvironmentVariable(Override));
        var missing = Addresses.Where(name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))).ToList();
        if (wanted == ServerWay.Environment || (wanted is null && missing.Count < Addresses.Length))
        {
            if (missing.Count > 0)
            {
                throw new InvalidOperationException(
                    $"Test servers of the environment need {string.Join(" and ", Addresses)}. Not set: {string.Join(", ", missing)}.");
            }
            Say($"those of {string.Join(" and ", Addresses)}.");
            return await ServerScript.Up(new Dictionary<string, string>());
        }
        if (wanted != ServerWay.Packages && await FromContainers(required: wanted == ServerWay.Containers) is { } settings)
            return settings;
        Say("Debian's packages, by compose/services.sh.");
        return await ServerScript.Up(ServerScript.PackagesOnly);
    }

    private static async Task<IReadOnlyDictionary<string, string>?> FromContainers(bool required)
    {
        if (!ServerContainers.EngineAnswers)
            return required ? throw new InvalidOperationException($"{Override} is 'containers', but no Docker engine answers.") : null;
        try
        {
            var settings = await ServerContainers.Start();
            Say($"containers of {ServerContainers.RabbitMqImage} and {ServerContainers.PostgresImage}.");
            return settings;
        }
        catch (ServerContainersException failure) when (!required)
        {
            Say(failure.Message);
            return null;
        }
    }

    /// <summary>The test platform shows it with --logger "console;verbosity=normal".</summary>
    private static void Say(string line) => Console.Error.WriteLine($"Test servers: {line}");
}
