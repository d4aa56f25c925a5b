using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Upstreams;

/// <summary>Creates a provider's client. It is registered as a keyed service, and the key is the provider's name in the settings.</summary>
/// <param name="upstream">answers, plans or translations: says which of the provider's models is asked.</param>
/// <param name="limits">Limits of its connections. A client that takes an HttpClient takes one of <see cref="UpstreamHttp.ForModels"/>.</param>
/// <exception cref="StartupException">A setting of the provider is missing.</exception>
public delegate IChatClient ChatClientFactory(string upstream, UpstreamLimits limits);

/// <summary>A chat model of the settings.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Provider">Whose limits apply; null for OpenAI, whose limits are the upstream's own.</param>
public sealed record ChatModel(IChatClient Client, string Name, string? Provider);

/// <summary>The chat models of this process, each from the provider that the settings choose.</summary>
public sealed class ChatClients(IServiceProvider services, ChatProviders providers, LivePolicy policy)
{
    private readonly ConcurrentDictionary<string, ChatModel> models = new(StringComparer.Ordinal);

    /// <param name="upstream">answers, plans or translations.</param>
    /// <exception cref="StartupException">The provider does not exist, or one of its settings is missing.</exception>
    public ChatModel For(string upstream) => models.GetOrAdd(upstream, Create);

    /// <summary>Creates every model, so that a wrong setting is found before the first question.</summary>
    /// <exception cref="StartupException">A provider does not exist, one of its settings is missing, or limits name none.</exception>
    public void Check()
    {
        if (providers.Answer is not null)
            For(UpstreamNames.Answers);
        if (providers.Small is not null)
            For(UpstreamNames.Plans);
        if (policy.Now.Providers.Keys.FirstOrDefault(name => services.GetKeyedService<ChatClientFactory>(name) is null) is { } unknown)
            throw new StartupException($"concurrency.yaml: providers has an entry for '{unknown}', but no such provider exists.");
    }

    /// <summary>What writes answers, for people; null if no model does.</summary>
    public string? DescribeAnswers()
    {
        if (providers.Answer is null)
            return null;
        var model = For(UpstreamNames.Answers);
        return model.Client.GetService<ChatClientMetadata>()?.ProviderUri is { } address ? $"{model.Name} at {address.Host}" : model.Name;
    }

    /// <summary>
    /// Adds the metrics and spans of the conventions for generative AI. A message's text is never recorded, whatever the environment asks for, and
    /// errors are not logged here, because their messages may contain it.
    /// </summary>
    public static IChatClient Observed(IChatClient client) => client.AsBuilder()
        .UseOpenTelemetry(sourceName: NavigatorTrace.Name, configure: telemetry => telemetry.EnableSensitiveData = false).Build();

    private ChatModel Create(string upstream)
    {
        var name = upstream == UpstreamNames.Answers ? providers.Answer : providers.Small;
        if (name is null || services.GetKeyedService<ChatClientFactory>(name) is not { } create)
            throw new StartupException(
                $"{ModelsOptions.SettingOf(upstream)} is {name}, but no such provider exists. This program has openai and anthropic.");
        var provider = name == ChatProviders.OpenAi ? null : name;
        var client = Observed(create(upstream, policy.Now.ForUpstream(upstream, provider)));
        return new ChatModel(client, client.GetService<ChatClientMetadata>()?.DefaultModelId
            ?? throw new StartupException($"the provider {name} does not name its model."), provider);
    }
}
