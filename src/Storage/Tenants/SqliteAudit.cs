using Navigator.Storage.Sqlite;

namespace Navigator.Storage.Tenants;

/// <summary>Audit rows in the embedded file. Rows are added and never changed.</summary>
internal sealed class SqliteAudit(SqliteDatabase database) : IAudit
{
    public Task Record(string tenant, string actor, string action, string subject, CancellationToken token) =>
        database.Write(session => Record(session, tenant, actor, action, subject), token);

    /// <summary>Adds a row in the transaction of the audited action.</summary>
    internal static int Record(SqliteSession session, string tenant, string actor, string action, string subject) => session.Change(
        "INSERT INTO audit (at, tenant_id, actor, action, subject) VALUES ($1, $2, $3, $4, $5)", session.Now, tenant, actor, action, subject);
}
