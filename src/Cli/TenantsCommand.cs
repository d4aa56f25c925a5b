using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Navigator.Cli;

internal static class TenantsCommand
{
    public static Command Create()
    {
        var command = new Command("tenants", $"Who may use Navigator. {OwnerSession.Whose}") { OwnerSession.Data };
        command.Subcommands.Add(List());
        command.Subcommands.Add(Add());
        command.Subcommands.Add(Delete());
        command.Subcommands.Add(WebhookSecret());
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All of them, and how much each has.");
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
        var command = new Command("create", "Add one; then give it a key with: navigator keys create.") { name };
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
        var yes = new Option<bool>("--yes") { Description = "Do not ask: it cannot be undone." };
        var command = new Command("delete", "Erase one: its keys, documents, questions and answers, and everything made from them.") { name, yes };
        command.SetAction(OwnerSession.Run(async (registry, session, parsed, token) =>
        {
            var tenant = parsed.GetValue(name)!;
            if (!parsed.GetValue(yes))
                throw new CommandException(ExitCode.Usage, $"This erases everything of '{tenant}' and cannot be undone. Say --yes to do it.");
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
        var rotate = new Option<bool>("--rotate") { Description = "Make a new one first. Webhooks sent from then on are signed with it alone." };
        var command = new Command("webhook-secret", "What a tenant's webhooks are signed with.") { name, rotate };
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

    private static Argument<string> Name() => new("tenant") { Description = "Its name: lower-case letters, digits and '-'." };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
