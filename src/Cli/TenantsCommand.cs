using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Navigator.Cli;

internal static class TenantsCommand
{
    public static Command Create()
    {
        var command = new Command("tenants", $"Manage the tenants that use Navigator. {OwnerSession.Whose}") { OwnerSession.Data };
        command.Subcommands.Add(List());
        command.Subcommands.Add(Add());
        command.Subcommands.Add(Delete());
        command.Subcommands.Add(WebhookSecret());
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the tenants with their numbers of keys, jobs and documents.");
        command.SetAction(OwnerSession.Run(async (registry, session, _, token) =>
        {
            session.Print(await registry.List(token), (console, tenants) =>
            {
                var table = new Table().Border(TableBorder.None).AddColumns("tenant", "live keys", "jobs", "documents", "since");
                foreach (var tenant in tenants)
                    table.AddRow(
                        tenant.Id, Number(tenant.LiveKeys), Number(tenant.Jobs), Number(tenant.Documents),
                        tenant.CreatedAt.ToString("u", CultureInfo.InvariantCulture));
                console.Write(table);
            });
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Add()
    {
        var name = Name();
        var command = new Command("create", "Create a tenant. Then give it a key with: navigator keys create.") { name };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            await registry.Create(parsed.GetValue(name)!, token);
            session.Print(new { tenant = parsed.GetValue(name)! }, (console, made) => console.WriteLine($"{made.tenant} was created."));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Delete()
    {
        var name = Name();
        var yes = new Option<bool>("--yes") { Description = "Confirm the deletion, which cannot be undone." };
        var command = new Command("delete", "Erase a tenant: its keys, documents, questions, answers, and everything made from them.") { name, yes };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            var tenant = parsed.GetValue(name)!;
            if (!parsed.GetValue(yes))
                throw new CommandException(ExitCode.Usage, $"This erases all data of '{tenant}' and cannot be undone. Add --yes to confirm.");
            var (jobs, documents) = await registry.Delete(tenant, token);
            session.Print(new { tenant, jobs, documents },
                (console, gone) => console.WriteLine($"{gone.tenant} was erased: {gone.jobs} jobs, {gone.documents} documents."));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command WebhookSecret()
    {
        var name = Name();
        var rotate = new Option<bool>("--rotate") { Description = "Create a new secret first. It signs all webhooks from then on." };
        var command = new Command("webhook-secret", "Show the secret that signs a tenant's webhooks.") { name, rotate };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            session.Print(
                new
                {
                    tenant = parsed.GetValue(name)!,
                    secret = await registry.WebhookSecret(parsed.GetValue(name)!, parsed.GetValue(rotate), token)
                },
                (console, kept) => console.WriteLine(kept.secret));
            return ExitCode.Done;
        }));
        return command;
    }

    private static Argument<string> Name() => new("tenant") { Description = "The tenant's name: lower-case letters, digits and '-'." };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
