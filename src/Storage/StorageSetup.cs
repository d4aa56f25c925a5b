using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Storage.Processes;
using Navigator.Storage.Rates;
using Navigator.Storage.Replays;
using Navigator.Storage.Tenants;
using Navigator.Storage.Webhooks;
using Npgsql;

namespace Navigator.Storage;

public static class StorageSetup
{
    /// <summary>Everything in this process; nothing survives it.</summary>
    /// <param name="webhookSecret">What webhooks are signed with; null: there are none.</param>
    public static IServiceCollection AddInProcessStorage(this IServiceCollection services, byte[]? webhookSecret)
    {
        services.AddSingleton<IWebhooks>(provider =>
            new InProcessWebhooks(provider.GetRequiredService<InProcessJobLedger>(), webhookSecret, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new InProcessJobLedger(provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<InProcessCorpus>()));
        services.AddSingleton<IJobLedger>(provider => provider.GetRequiredService<InProcessJobLedger>());
        services.AddSingleton<IReplayStore>(provider =>
            new InProcessReplayStore(provider.GetRequiredService<InProcessJobLedger>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<InProcessCorpus>();
        services.AddSingleton<IDocumentStore>(provider =>
            new InProcessDocumentStore(provider.GetRequiredService<InProcessCorpus>(), provider.GetRequiredService<InProcessJobLedger>(),
                provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IPassageIndex, InProcessPassageIndex>();
        services.AddSingleton<IRateLimits, InProcessRateLimits>();
        services.AddSingleton<IProcessReports, InProcessReports>();
        services.AddSingleton<IAudit, LogAudit>();
        return services;
    }

    /// <summary>Everything in PostgreSQL.</summary>
    public static IServiceCollection AddPostgresStorage(this IServiceCollection services, string connectionString, PostgresPool pool)
    {
        services.AddSingleton(provider => DataSource(connectionString, pool, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IJobLedger>(provider => new PostgresJobLedger(
            provider.GetRequiredService<NpgsqlDataSource>(), pool, provider.GetRequiredService<ILogger<PostgresJobLedger>>()));
        services.AddSingleton<IReplayStore, PostgresReplayStore>();
        services.AddSingleton<IDocumentStore, PostgresDocumentStore>();
        services.AddSingleton<IRateLimits, PostgresRateLimits>();
        services.AddSingleton<IProcessReports, PostgresProcessReports>();
        services.AddSingleton<IAudit, PostgresAudit>();
        services.AddSingleton<IApiKeys, PostgresApiKeys>();
        services.AddSingleton<IWebhooks, PostgresWebhooks>();
        services.AddSingleton<IPassageIndex>(provider => new PostgresPassageIndex(provider.GetRequiredService<NpgsqlDataSource>(),
            pool.ExactSearchUpTo));
        return services;
    }

    /// <summary>The one way a data source is made, for the processes and for tests.</summary>
    public static NpgsqlDataSource DataSource(string connectionString, PostgresPool pool, ILoggerFactory? logs = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MinPoolSize = pool.MinConnections,
            MaxPoolSize = pool.MaxConnections,
            // Both the wait for a pooled connection and the opening of a new one.
            Timeout = (int)Math.Ceiling(pool.Wait.TotalSeconds),
            // The server gives up first, so that the connection stays usable; the client's limit is for a server that hangs.
            CommandTimeout = (int)Math.Ceiling((pool.StatementTimeout + TimeSpan.FromMilliseconds(100)).TotalSeconds),
            // There is an index for all that is asked about tables that grow. A plan that was made while a table was small, or nearly all
            // jobs in it unfinished, would read all of it, and the connection would keep to that until the next ANALYZE.
            Options = $"-c statement_timeout={(int)pool.StatementTimeout.TotalMilliseconds} -c enable_seqscan=off -c jit=off",
            // A server that does not answer a statement does not answer its cancellation either: do not wait for that too.
            CancellationTimeout = -1,
            // No statement leaves anything behind on its connection (settings are local to a transaction): nothing to reset, which
            // would cost seven small statements each time a connection is used again.
            NoResetOnClose = true,
            KeepAlive = 10,
            MaxAutoPrepare = 64,
            // A row with an answer or a vector passes 8 kB.
            ReadBufferSize = 32_768,
            IncludeErrorDetail = false,
            ApplicationName = "navigator",
        };
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseVector();
        if (logs is not null)
            builder.UseLoggerFactory(logs);
        return builder.Build();
    }
}

/// <summary>The limits of one process's connections to PostgreSQL. Source: <c>postgres</c> in concurrency.yaml.</summary>
/// <param name="Wait">Longest wait for a connection, then an error.</param>
/// <param name="StatementTimeout">Longest run of one statement.</param>
/// <param name="ExactSearchUpTo">Passages per tenant that are compared exactly.</param>
/// <param name="GroupSize">Questions, changes or reads of jobs that share one statement, at most.</param>
public sealed record PostgresPool(
    int MinConnections, int MaxConnections, TimeSpan Wait, TimeSpan StatementTimeout, long ExactSearchUpTo, int GroupSize);
