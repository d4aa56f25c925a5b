using Npgsql;

namespace Navigator.Storage.Tenants;

/// <summary>The database role of the running system. Row-level security applies to it.</summary>
public static class RuntimeRole
{
    public const string Api = "navigator_api";
    public const string Worker = "navigator_worker";

    /// <summary>Allows one of the two roles to log in with this password.</summary>
    /// <param name="owner">A connection of the schema's owner.</param>
    public static async Task GrantLogin(NpgsqlDataSource owner, string role, string password, CancellationToken token)
    {
        // ALTER ROLE takes no parameters, so PostgreSQL quotes the values first.
        await using var quote = owner.WithoutTenant("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1, $2)");
        var sql = (await quote.With(role).With(password).One(row => row.GetString(0), token))!;
        await using var alter = owner.WithoutTenant(sql);
        await alter.Change(token);
    }

    /// <returns>The problem with the role, in one line; null if there is none.</returns>
    public static async Task<string?> Problem(NpgsqlDataSource database, bool consumes, CancellationToken token)
    {
        await using var command = database.WithoutTenant(
            """
            SELECT current_user::text, role.rolsuper OR role.rolbypassrls OR pg_has_role(current_user, jobs.relowner, 'MEMBER'), pg_has_role(current_user, $1, 'MEMBER')
            FROM   pg_roles AS role, pg_class AS jobs WHERE role.rolname = current_user AND jobs.oid = 'chat_job'::regclass
            """);
        var wanted = consumes ? Worker : Api;
        var (name, isAbove, isMember) = (await command.With(wanted).All(row => (row.GetString(0), row.GetBoolean(1), row.GetBoolean(2)), token))[0];
        return isAbove
            ? $"ConnectionStrings__Postgres logs in as '{name}', which owns the tables or may bypass row-level security. Log in as {wanted}. The "
                + $"owner is only for navigator migrate, keys and tenants."
            : isMember ? null : $"ConnectionStrings__Postgres logs in as '{name}', which is not a member of {wanted}.";
    }
}
