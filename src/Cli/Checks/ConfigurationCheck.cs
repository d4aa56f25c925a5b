using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Navigator.Runtime;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Upstreams;
using Navigator.Workers;

namespace Navigator.Cli.Checks;

/// <summary>Puts a process together as at its start, and does not start it: the same code says what is wrong with a setting.</summary>
internal static class ConfigurationCheck
{
    private const string Settings = "configuration";
    private const string Limits = "concurrency.yaml";

    public static Task<IReadOnlyList<Finding>> Run(CancellationToken token)
    {
        try
        {
            var builder = NavigatorHost.CreateBuilder([], urls: "http://127.0.0.1:0");
            var mode = builder.AddNavigator(consumes: _ => true, Pipeline.AddWorkers);
            using var process = (IDisposable)builder.Build();
            var services = ((Microsoft.Extensions.Hosting.IHost)process).Services;
            services.GetRequiredService<IStartupValidator>().Validate();
            services.GetRequiredService<ChatClients>().Check();
            return Task.FromResult<IReadOnlyList<Finding>>(
            [
                Finding.Ok(Settings, mode.IsEmbedded ? "embedded: no connection string is set" : "distributed; every setting can be read"),
                Finding.Ok(Limits, "every limit is known and within its range"),
            ]);
        }
        catch (Exception error) when (error is StartupException or OptionsValidationException or InvalidOperationException or AggregateException)
        {
            var reason = error is OptionsValidationException options ? string.Join(" ", options.Failures) : Examination.Reason(error);
            return Task.FromResult<IReadOnlyList<Finding>>(
            [
                reason.Contains(Limits, StringComparison.Ordinal)
                    ? Finding.Fail(Limits, reason, "docs/concurrency.md has the range of every limit. Processes do not start with this file.")
                    : Finding.Fail(Settings, reason, "docs/settings.md has every setting. Processes do not start with this one."),
            ]);
        }
    }
}
