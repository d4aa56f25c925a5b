using System.CommandLine;
using Navigator.Cli.Checks;
using Spectre.Console;

namespace Navigator.Cli;

internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Check everything that Navigator needs, with the settings of its processes from the environment. One "
            + "line a check, and how to mend what is wrong. With --url or NAVIGATOR_URL, the API there is asked too. Exit code 1: something failed.");
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            var asked = parsed.GetResult(Session.Url) is { Implicit: false }
                || Environment.GetEnvironmentVariable("NAVIGATOR_URL") is { Length: > 0 };
            var diagnosis = await Examination.Run(Checks(ProcessSettings.Read(), asked ? new Uri(parsed.GetValue(Session.Url)!) : null), token);
            session.Print(diagnosis, Print);
            return diagnosis.Healthy ? ExitCode.Done : ExitCode.EndedBadly;
        }));
        return command;
    }

    private static IEnumerable<Check> Checks(ProcessSettings settings, Uri? api)
    {
        yield return new Check("configuration", ConfigurationCheck.Run);
        yield return new Check("secrets", _ => Task.FromResult(SecretsCheck.Run(settings)));
        if (settings.RabbitMq is { } broker)
            yield return new Check(
                "broker", new BrokerCheck(broker, settings.Queues, settings.Set("Broker:TopologyIsGiven") is "true" or "True").Run);
        if (settings.Postgres is { } database)
            yield return new Check("database", new DatabaseCheck(database).Run);
        if (settings.IsEmbedded)
            yield return new Check("data", new EmbeddedCheck(settings.Set("Data:Directory")).Run);
        yield return new Check("models", token => UpstreamChecks.RunModels(settings, token));
        yield return new Check(UpstreamChecks.Search, _ => UpstreamChecks.RunSearch(settings));
        yield return new Check("web_search", token => UpstreamChecks.RunWebSearch(settings, token));
        yield return new Check("telemetry", token => NetworkChecks.RunTelemetry(settings, token));
        yield return new Check("port", token => NetworkChecks.RunPort(settings, token));
        if (api is not null)
            yield return new Check("api", token => NetworkChecks.RunApi(api, token));
    }

    private static void Print(IAnsiConsole console, Diagnosis diagnosis)
    {
        var width = diagnosis.Checks.Max(finding => finding.Check.Length);
        foreach (var finding in diagnosis.Checks)
        {
            var colour = finding.Outcome switch { Outcome.Ok => "green", Outcome.Warn => "yellow", _ => "red" };
            var mend = finding.Mend is null ? "" : $" → {finding.Mend}";
            console.MarkupLine(
                $"[{colour}]{finding.Outcome.ToString().ToLowerInvariant(),-4}[/]  {finding.Check.PadRight(width)}  "
                    + Markup.Escape($"{finding.Found}{mend}"));
        }
    }
}
