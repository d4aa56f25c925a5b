using Npgsql;

namespace Navigator.Storage.Tenants;

/// <summary>As whom the running system is logged in: somebody whom row-level security holds.</summary>
public static class RuntimeRole
{
    public const string Api = "navigator_api";
    public const string Worker = "navigator_worker";

    /// <returns>What is wrong with it, in one line; null when nothing is.</returns>
    public static async Task<string?> Problem(NpgsqlDataSource database, bool consumes, CancellationToken token)
    {
        await using var command = database.ForNobody(
            """
            SELECT current_user::text, role.rolsuper OR role.rolbypassrls OR pg_has_role(current_user, jobs.relowner, 'MEMBER'), pg_has_role(current_user, $1, 'MEMBER')
            FROM   pg_roles AS role, pg_class AS jobs WHERE role.rolname = current_user AND jobs.oid = 'chat_job'::regclass
            """);
        var wanted = consumes ? Worker : Api;
        var (name, isAbove, isMember) = (await command.With(wanted).All(row => (row.GetString(0), row.GetBoolean(1), row.GetBoolean(2)), token))[0];
        return isAbove
            ? $"ConnectionStrings__Postgres logs in as '{name}', which owns the tables or may bypass row-level security. Log in as {wanted}; the owner is for navigator migrate, keys and tenants."
            : isMember ? null : $"ConnectionStrings__Postgres logs in as '{name}', which is no member of {wanted}.";
    }
}
