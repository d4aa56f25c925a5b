using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navigator.Storage.Documents;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Storage.Processes;
using Navigator.Storage.Rates;
using Navigator.Storage.Replays;
using Navigator.Storage.Sqlite;
using Navigator.Storage.Tenants;
using Navigator.Storage.Webhooks;
using Npgsql;

namespace Navigator.Storage.Hosting;

public static class StorageSetup
{
    /// <summary>Storage in one file, or in memory.</summary>
    /// <param name="directory">Directory of the file; null: in memory.</param>
    /// <param name="webhookSecret">Signs the webhooks of tenants without their own secret; null: these tenants have no webhooks.</param>
    public static IServiceCollection AddEmbeddedStorage(
        this IServiceCollection services, string? directory, SqliteLimits limits, byte[]? webhookSecret)
    {
        if (directory is null)
        {
            services.AddSingleton(provider => SqliteDatabase.InMemory(provider.GetRequiredService<TimeProvider>(), limits));
        }
        else
        {
            services.AddSingleton(_ => DataDirectory.Take(directory));
            services.AddSingleton(provider => SqliteDatabase.Open(
                DataDirectory.FileIn(provider.GetRequiredService<DataDirectory>().Path), provider.GetRequiredService<TimeProvider>(), limits));
        }
        services.AddSingleton<IJobLedger, SqliteJobLedger>();
        services.AddSingleton<IReplayStore, SqliteReplayStore>();
        services.AddSingleton<IWebhooks>(provider => new SqliteWebhooks(provider.GetRequiredService<SqliteDatabase>(), webhookSecret));
        services.AddSingleton(new VectorCache(limits.VectorCacheBytes));
        services.AddSingleton<IDocumentStore, SqliteDocumentStore>();
        services.AddSingleton<IModelCoverage, SqliteModelCoverage>();
        services.AddSingleton<IPassageIndex, SqlitePassageIndex>();
        services.AddSingleton<IRateLimits, SqliteRateLimits>();
        services.AddSingleton<IProcessReports, OwnReport>();
        services.AddSingleton<IAudit, SqliteAudit>();
        services.AddSingleton<SqliteApiKeys>();
        return services;
    }

    /// <summary>Storage in PostgreSQL.</summary>
    public static IServiceCollection AddPostgresStorage(this IServiceCollection services, string connectionString, PostgresPool pool)
    {
        services.AddSingleton(provider => DataSource(connectionString, pool, provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IJobLedger>(provider => new PostgresJobLedger(
            provider.GetRequiredService<NpgsqlDataSource>(), pool, provider.GetRequiredService<ILogger<PostgresJobLedger>>()));
        services.AddSingleton<IReplayStore, PostgresReplayStore>();
        services.AddSingleton<IDocumentStore, PostgresDocumentStore>();
        services.AddSingleton<IModelCoverage, PostgresModelCoverage>();
        services.AddSingleton<IRateLimits, PostgresRateLimits>();
        services.AddSingleton<IProcessReports, PostgresProcessReports>();
        services.AddSingleton<IAudit, PostgresAudit>();
        services.AddSingleton<IApiKeys, PostgresApiKeys>();
        services.AddSingleton<IWebhooks, PostgresWebhooks>();
        services.AddSingleton<IPassageIndex>(provider => new PostgresPassageIndex(provider.GetRequiredService<NpgsqlDataSource>(),
            pool.ExactSearchUpTo));
        return services;
    }

    /// <summary>Creates the data source, for the processes and for tests.</summary>
    public static NpgsqlDataSource DataSource(string connectionString, PostgresPool pool, ILoggerFactory? logs = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MinPoolSize = pool.MinConnections,
            MaxPoolSize = pool.MaxConnections,
            // Covers both the wait for a pooled connection and the opening of a new one.
            Timeout = (int)Math.Ceiling(pool.Wait.TotalSeconds),
            // The server's limit is shorter, so that the connection stays usable. The client's limit is for a server that hangs.
            CommandTimeout = (int)Math.Ceiling((pool.StatementTimeout + TimeSpan.FromMilliseconds(100)).TotalSeconds),
            // Every query on a growing table has an index. A plan made while a table was small, or while nearly all its jobs were unfinished,
            // would scan the whole table, and the connection would keep that plan until the next ANALYZE.
            Options = $"-c statement_timeout={(int)pool.StatementTimeout.TotalMilliseconds} -c enable_seqscan=off -c jit=off",
            // A server that does not answer a statement does not answer its cancellation either, so the client does not wait for that.
            CancellationTimeout = -1,
            // Statements leave no state on the connection, because settings are local to a transaction. Npgsql's reset would cost seven small
            // statements each time a connection is reused.
            NoResetOnClose = true,
            // Not settings: KeepAlive is the seconds after which a connection dropped by a firewall is noticed. MaxAutoPrepare is higher than
            // the number of frequent statements.
            KeepAlive = 10,
            MaxAutoPrepare = 64,
            // A row with an answer or a vector is larger than the default buffer of 8 kB.
            ReadBufferSize = 32_768,
            IncludeErrorDetail = false,
            ApplicationName = "navigator",
        };
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString)
        {
            // The pool's name in metrics. By default it is the connection string.
            Name = "navigator",
        };
        builder.UseVector();
        if (logs is not null)
            builder.UseLoggerFactory(logs);
        return builder.Build();
    }
}
