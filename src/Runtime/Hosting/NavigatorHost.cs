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
using Navigator.Storage.Passages;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Npgsql;

namespace Navigator.Runtime.Hosting;

/// <summary>The common parts of API and workers: limits, ledger, bus, flow.</summary>
public static partial class NavigatorHost
{
    /// <summary>Not a setting: a database that takes longer to start is down. The process then ends and its supervisor restarts it.</summary>
    private static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(60);

    /// <summary>Creates a builder that finds settings and pages beside the program, whatever the working directory.</summary>
    /// <param name="urls">The address to listen on if neither ASPNETCORE_URLS nor --urls is set.</param>
    public static WebApplicationBuilder CreateBuilder(string[] args, string urls)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [KeyValuePair.Create("urls", (string?)urls)] });
        return builder;
    }

    /// <param name="consumes">Tells by mode whether consumers run in this process.</param>
    /// <param name="addWorkers">Adds the tools and consumers of the system, which are the same in every process.</param>
    /// <exception cref="StartupException">A setting is missing, unknown or out of range.</exception>
    public static NavigatorMode AddNavigator(
        this WebApplicationBuilder builder, Func<NavigatorMode, bool> consumes, Action<WorkerSetup> addWorkers)
    {
        var file = new PolicyFile(builder.Configuration["ConcurrencyFile"] ?? Path.Combine(AppContext.BaseDirectory, "concurrency.yaml"));
        // Inserted first, so that the environment and the command line can override single limits.
        builder.Configuration.Sources.Insert(0, file);
        builder.Configuration.AddSecretFiles(SecretFiles.Sections);
        var workers = new WorkerSetup(builder.Services, builder.Configuration);
        addWorkers(workers);
        var tools = workers.Tools.Build();

        var mode = NavigatorMode.From(builder.Configuration);
        var isConsumer = consumes(mode);
        var policy = ConcurrencyPolicy.Load(builder.Configuration, tools);
        builder.AddLogging();

        var services = builder.Services;
        services.AddSingleton(mode).AddSingleton(tools).AddSingleton(mode.IsEmbedded ? new SteadyClock(TimeProvider.System) : TimeProvider.System)
            .AddLimits(file, policy, RoleOf(mode, isConsumer));
        services.AddOptions<OpenAiOptions>().BindConfiguration(OpenAiOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AnthropicOptions>().BindConfiguration(AnthropicOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<StartupSteps>().AddFlow().AddReplay().AddHostedService<JobMetrics>();
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
            services.AddHostedService<EmbeddedFileCheck>();
            if (data.IsKept)
                services.AddHostedService<DataMetrics>();
        }
        services.AddBus(mode, isConsumer ? workers.AddConsumers : null);
        builder.AddTelemetry(RoleOf(mode, isConsumer));
        return mode;
    }

    private static ProcessRole RoleOf(NavigatorMode mode, bool consumes) => new(mode.IsEmbedded ? "both" : consumes ? "worker" : "api", consumes);

    /// <summary>Builds the process and begins its startup steps.</summary>
    public static WebApplication BuildNavigator(this WebApplicationBuilder builder)
    {
        var app = builder.Build();
        _ = app.Services.GetRequiredService<StartupSteps>().Done;
        return app;
    }

    /// <summary>Waits for the schema in distributed mode, and runs until the process is told to stop.</summary>
    /// <exception cref="StartupException">
    /// The database did not answer for a minute, lacks the schema, or the process logs in with the wrong role.
    /// </exception>
    public static async Task RunNavigator(this WebApplication app)
    {
        // Before anything is started that would have to be stopped.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        if (app.Services.GetService<NpgsqlDataSource>() is { } database)
        {
            await UntilMigrated(database, app.Logger, app.Lifetime.ApplicationStopping);
            if (await RuntimeRole.Problem(database, app.Services.GetRequiredService<ProcessRole>().Consumes,
                app.Lifetime.ApplicationStopping) is { } problem)
                throw new StartupException(problem);
            if (await VectorExtension.Outdated(database, app.Lifetime.ApplicationStopping) is { } version)
                LogOutdatedVectors(app.Logger, version);
        }
        // Opens the embedded file first, so that an unusable file keeps the process from starting.
        app.Services.GetService<SqliteDatabase>();
        await app.Services.GetRequiredService<StartupSteps>().Done;
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
                    // A connection may have been opened before the schema added the vector type.
                    await database.ReloadTypesAsync(token);
                    return;
                }
                missing = $"the schema is not up to date ({newest} is missing). Run navigator migrate as the owner of the database";
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the schema. {Name} is not applied yet. Run navigator migrate")]
    private static partial void LogNotMigrated(ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL has pgvector {Version}. Versions before 0.8.4 can corrupt a vector index while a "
        + "table is vacuumed. Install a newer one, then run ALTER EXTENSION vector UPDATE and REINDEX TABLE passage_vector as the owner")]
    private static partial void LogOutdatedVectors(ILogger log, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL does not answer yet ({Error}); trying again")]
    private static partial void LogWaiting(ILogger log, string error);
}
