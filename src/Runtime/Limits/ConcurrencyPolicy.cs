using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Navigator.Runtime.Tools;

namespace Navigator.Runtime.Limits;

/// <summary>Every limit of the process, as concurrency.yaml names them.</summary>
public sealed record ConcurrencyPolicy
{
    public const string Section = "Concurrency";

    [Required] public required Dictionary<string, QueueLimits> Queues { get; init; }
    [Required] public required Dictionary<string, UpstreamLimits> Upstreams { get; init; }
    [Required] public required Dictionary<string, ProviderLimits> Providers { get; init; }
    [Required] public required IntakeLimits Intake { get; init; }
    [Required] public required JobLimits Job { get; init; }
    [Required] public required DocumentLimits Document { get; init; }
    [Required] public required SweeperLimits Sweeper { get; init; }
    [Required] public required AdmissionLimits Admission { get; init; }
    [Required] public required WebhookLimits Webhook { get; init; }
    [Required] public required ReplayLimits Replay { get; init; }
    [Required] public required WatchLimits Watch { get; init; }
    [Required] public required CanaryLimits Canary { get; init; }
    [Required] public required SendLimits Sends { get; init; }
    [Required] public required PostgresLimits Postgres { get; init; }
    [Required] public required LocalModelLimits LocalModel { get; init; }
    [Required] public required EmbeddedLimits Sqlite { get; init; }
    [Required] public required HttpLimits Http { get; init; }

    static ConcurrencyPolicy() => _ = Duration.Binding;

    /// <param name="tools">Tools whose queues and upstreams have entries too.</param>
    /// <exception cref="StartupException">A key is unknown or missing, a number is out of range, or an entry has no queue or upstream.</exception>
    public static ConcurrencyPolicy Load(IConfiguration configuration, ToolSet tools)
    {
        ConcurrencyPolicy? policy;
        try
        {
            policy = configuration.GetSection(Section).Get<ConcurrencyPolicy>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException error)
        {
            // The innermost exception of this type names the key.
            while (error.InnerException is InvalidOperationException inner)
                error = inner;
            throw new StartupException($"concurrency.yaml: {StartupException.Reason(error)}");
        }
        if (policy is null)
            throw new StartupException("concurrency.yaml: the file contains no limits.");
        Check(policy, "");
        foreach (var (path, part) in PartsOf(policy, ""))
            Check(part, $"{path}.");
        CheckNames("queues", "queue", policy.Queues.Keys, tools.Queues);
        CheckNames("upstreams", "upstream", policy.Upstreams.Keys, [.. UpstreamNames.All, .. tools.Upstreams]);
        foreach (var (name, provider) in policy.Providers)
            if (UpstreamNames.Chat.FirstOrDefault(upstream => provider.InFlight > policy.ForUpstream(upstream).Connections) is { } upstream)
                throw new StartupException($"concurrency.yaml: providers.{name}.in_flight is {provider.InFlight}, more than upstreams.{upstream} has "
                    + $"connections ({policy.ForUpstream(upstream).Connections}).");
        return policy;
    }

    /// <exception cref="StartupException">No entry names the queue.</exception>
    public QueueLimits For(string queue) =>
        Queues.TryGetValue(queue, out var limits) ? limits : throw new StartupException($"concurrency.yaml: queues has no entry for '{queue}'.");

    /// <exception cref="StartupException">No entry names the upstream.</exception>
    public UpstreamLimits ForUpstream(string upstream) =>
        Upstreams.TryGetValue(upstream, out var limits)
            ? limits
            : throw new StartupException($"concurrency.yaml: upstreams has no entry for '{upstream}'.");

    /// <summary>The limits of an upstream's calls to one of its providers: the upstream's, with those that the provider has of its own.</summary>
    /// <param name="provider">Null: the only one.</param>
    /// <exception cref="StartupException">No entry names the upstream.</exception>
    public UpstreamLimits ForUpstream(string upstream, string? provider) =>
        provider is not null && Providers.TryGetValue(provider, out var own)
            ? ForUpstream(upstream) with { InFlight = own.InFlight, RatePerMinute = own.RatePerMinute, Burst = own.Burst }
            : ForUpstream(upstream);

    /// <summary>Returns every section and every part of a section, each with its path in the file.</summary>
    private static IEnumerable<(string Path, object Part)> PartsOf(object whole, string path)
    {
        foreach (var property in whole.GetType().GetProperties().Where(property => property.CanWrite && property.PropertyType.IsClass))
        {
            var here = path + JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            IEnumerable<(string Path, object Part)> parts = property.GetValue(whole) switch
            {
                null or string => [],
                IDictionary entries => entries.Keys.Cast<string>().Select(name => ($"{here}.{name}", entries[name]!)),
                var part => [(here, part)],
            };
            foreach (var part in parts)
                foreach (var each in PartsOf(part.Part, $"{part.Path}.").Prepend(part))
                    yield return each;
        }
    }

    private static void Check(object part, string path)
    {
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(part, new ValidationContext(part), errors, validateAllProperties: true))
            throw new StartupException($"concurrency.yaml: {path}{errors[0].ErrorMessage}");
    }

    private static void CheckNames(string section, string kind, IReadOnlyCollection<string> entries, IReadOnlyCollection<string> known)
    {
        if (known.Except(entries, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } missing)
            throw new StartupException($"concurrency.yaml: {section} has no entry for '{missing}'.");
        if (entries.Except(known, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } unknown)
            throw new StartupException($"concurrency.yaml: {section} has an entry for '{unknown}', but no such {kind} exists.");
    }
}
