using System.CommandLine;
using System.Globalization;
using Navigator.Storage.Tenants;
using Spectre.Console;

namespace Navigator.Cli;

internal static class KeysCommand
{
    public static Command Create()
    {
        var command = new Command("keys", $"Manage the API keys of callers. {OwnerSession.Whose}") { OwnerSession.Data };
        command.Subcommands.Add(Add());
        command.Subcommands.Add(List());
        command.Subcommands.Add(Revoke());
        return command;
    }

    private static Command Add()
    {
        var tenant = new Argument<string>("tenant");
        var scopes = new Option<string[]>("--scope")
        {
            Description = $"What the key permits: {string.Join(", ", Scope.All)}. May be repeated. Default: chat and documents.",
            DefaultValueFactory = _ => [Scope.Chat, Scope.Documents],
        };
        var expires = new Option<string?>("--expires") { Description = "Time until the key expires: 12h, 90d. Default: it does not expire." };
        var command = new Command(
            "create", "Make a key. It is shown this once: only its hash is kept. Embedded, Navigator asks for keys within seconds after the first.")
        {
            tenant, scopes, expires,
        };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            var lifetime = parsed.GetValue(expires) is { } text ? DurationOption.Parse(text, "--expires") : (TimeSpan?)null;
            var key = await registry.CreateKey(parsed.GetValue(tenant)!, parsed.GetValue(scopes)!, lifetime, token);
            session.Print(new { id = key.Id, key = key.Reveal(), tenant = parsed.GetValue(tenant)!, scopes = parsed.GetValue(scopes)! },
                (console, made) => console.WriteLine(made.key));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command List()
    {
        var tenant = new Option<string?>("--tenant") { Description = "Only keys of this tenant." };
        var command = new Command("list", "List the keys, without their secrets.") { tenant };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            session.Print(await registry.Keys(parsed.GetValue(tenant), token), (console, keys) =>
            {
                var table = new Table().Border(TableBorder.None).AddColumns("id", "tenant", "scopes", "state", "created", "expires", "last used");
                foreach (var key in keys)
                    table.AddRow(key.Id, key.Tenant, string.Join(',', key.Scopes), key.State, Time(key.CreatedAt), Time(key.ExpiresAt),
                        Time(key.LastUsedAt));
                console.Write(table);
            });
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The key's id: the part between nav_ and the next _." };
        var command = new Command("revoke", "Revoke a key.") { id };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            await registry.RevokeKey(parsed.GetValue(id)!, token);
            session.Print(new { id = parsed.GetValue(id)! }, (console, gone) =>
                console.WriteLine($"{gone.id} is revoked. After {TenantRules.UntilRevoked.TotalSeconds} s no process accepts it any more."));
            return ExitCode.Done;
        }));
        return command;
    }

    private static string Time(DateTimeOffset? time) => time?.ToString("u", CultureInfo.InvariantCulture) ?? "-";
}
