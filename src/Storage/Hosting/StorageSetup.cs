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
    /// <summary>Everything in one file, or in memory.</summary>
    /// <param name="directory">Of the file; null: in memory.</param>
    /// <param name="webhookSecret">What webhooks of tenants without a secret of their own are signed with; null: they have none.</param>
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
        services.AddSingleton<IPassageIndex, SqlitePassageIndex>();
        services.AddSingleton<IRateLimits, SqliteRateLimits>();
        services.AddSingleton<IProcessReports, OwnReport>();
        services.AddSingleton<IAudit, SqliteAudit>();
        services.AddSingleton<SqliteApiKeys>();
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
            // No settings: seconds after which a firewall's forgotten connection is noticed; and more than there are statements that are
            // asked often.
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
