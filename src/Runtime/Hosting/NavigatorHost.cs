using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Replay;
using Navigator.Runtime.Settings;
using Navigator.Runtime.Telemetry;
using Navigator.Runtime.Upstreams;
using Navigator.Runtime.Webhooks;
using Navigator.Storage;
using Navigator.Storage.Hosting;
using Navigator.Storage.Migrations;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Runtime.Hosting;

/// <summary>What API and workers have in common: limits, ledger, bus, flow.</summary>
public static partial class NavigatorHost
{
    /// <summary>No setting: a database that takes longer to start is down, and the supervisor tries again.</summary>
    private static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(60);

    /// <summary>A builder that finds settings and pages beside the program, wherever it is started from.</summary>
    /// <param name="urls">Where to listen when neither ASPNETCORE_URLS nor --urls says.</param>
    public static WebApplicationBuilder CreateBuilder(string[] args, string urls)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [KeyValuePair.Create("urls", (string?)urls)] });
        return builder;
    }

    /// <param name="consumes">Do consumers run in this process, by mode?</param>
    /// <param name="addWorkers">The tools and consumers of the system: the same in each of its processes.</param>
    /// <exception cref="StartupException">A setting is missing, unknown or out of range.</exception>
    public static NavigatorMode AddNavigator(
        this WebApplicationBuilder builder, Func<NavigatorMode, bool> consumes, Action<WorkerSetup> addWorkers)
    {
        var file = new PolicyFile(builder.Configuration["ConcurrencyFile"] ?? Path.Combine(AppContext.BaseDirectory, "concurrency.yaml"));
        // First, so that the environment and the command line may set any limit by itself.
        builder.Configuration.Sources.Insert(0, file);
        builder.Configuration.AddSecretFiles(SecretFiles.Sections);
        var workers = new WorkerSetup(builder.Services, builder.Configuration);
        addWorkers(workers);
        var tools = workers.Tools.Build();

        var mode = NavigatorMode.From(builder.Configuration);
        var isConsumer = consumes(mode);
        var policy = ConcurrencyPolicy.Load(builder.Configuration, tools);
        builder.AddLogging(mode);

        var services = builder.Services;
        services.AddSingleton(mode).AddSingleton(tools).AddSingleton(mode.IsEmbedded ? new SteadyClock(TimeProvider.System) : TimeProvider.System)
            .AddLimits(file, policy, RoleOf(mode, isConsumer));
        services.AddOptions<OpenAiOptions>().BindConfiguration(OpenAiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddFlow().AddReplay();
        if (isConsumer)
            workers.AddNeeds();
        if (mode.Postgres is { } postgres)
        {
            var pool = policy.Postgres.Pool();
            services.AddPostgresStorage(postgres, isConsumer ? pool : pool with { StatementTimeout = policy.Http.StatementTimeout });
            services.AddHealthChecks().AddCheck<DatabaseHealthCheck>("database", tags: [HealthEndpoints.ReadyTag]);
            services.AddBrokerWatch(isConsumer);
        }
        else
        {
            services.AddOptions<DataOptions>().BindConfiguration(DataOptions.Section).ValidateDataAnnotations().ValidateOnStart();
            var data = builder.Configuration.GetSection(DataOptions.Section).Get<DataOptions>() ?? new DataOptions();
            var webhooks = builder.Configuration.GetSection(WebhookOptions.Section).Get<WebhookOptions>() ?? new WebhookOptions();
            services.AddEmbeddedStorage(
                data.IsKept ? DataDirectory.Resolve(data.Directory) : null, policy.Sqlite.Limits(data.Synchronous),
                webhooks.Validate(new ValidationContext(webhooks)).Any() ? null : webhooks.SecretBytes());
        }
        services.AddBus(mode, isConsumer ? workers.AddConsumers : null);
        services.AddSingleton<MetricsEndpoint>();
        return mode;
    }

    private static ProcessRole RoleOf(NavigatorMode mode, bool consumes) => new(mode.IsEmbedded ? "both" : consumes ? "worker" : "api", consumes);

    /// <summary>Wait for the schema where there is one, and run until told to stop.</summary>
    /// <exception cref="StartupException">The database did not answer for a minute, has not the schema, or lets this process in as the wrong
    /// role.</exception>
    public static async Task RunNavigator(this WebApplication app)
    {
        // Before anything runs that would have to be stopped again.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        if (app.Services.GetService<NpgsqlDataSource>() is { } database)
        {
            await UntilMigrated(database, app.Logger, app.Lifetime.ApplicationStopping);
            if (await RuntimeRole.Problem(database, app.Services.GetRequiredService<ProcessRole>().Consumes,
                app.Lifetime.ApplicationStopping) is { } problem)
                throw new StartupException(problem);
        }
        // Opened before anything asks for it: a file that cannot be used keeps the process from starting.
        app.Services.GetService<SqliteDatabase>();
        await app.RunAsync();
    }

    private static async Task UntilMigrated(NpgsqlDataSource database, ILogger log, CancellationToken token)
    {
        var until = TimeProvider.System.GetUtcNow() + DatabasePatience;
        while (true)
        {
            string missing;
            try
            {
                if (await Migrator.Missing(database, token) is not [.., var newest])
                {
                    // The first connection may have been made before the schema brought the vector type along.
                    await database.ReloadTypesAsync(token);
                    return;
                }
                missing = $"the schema is not up to date ({newest} is missing): run navigator migrate as the owner of the database";
                LogNotMigrated(log, newest);
            }
            catch (PostgresException error) when (!error.IsTransient)
            {
                throw new StartupException($"PostgreSQL refused: {error.MessageText}");
            }
            catch (NpgsqlException error)
            {
                missing = $"PostgreSQL does not answer: {error.Message}";
                LogWaiting(log, error.GetType().Name);
            }
            catch (InvalidOperationException error)
            {
                throw new StartupException(error.Message);
            }
            if (TimeProvider.System.GetUtcNow() > until)
                throw new StartupException(missing);
            await Task.Delay(TimeSpan.FromSeconds(2), token);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the schema: {Name} is not applied yet (navigator migrate)")]
    private static partial void LogNotMigrated(ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL does not answer yet ({Error}); trying again")]
    private static partial void LogWaiting(ILogger log, string error);
}
