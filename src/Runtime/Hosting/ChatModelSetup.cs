using Microsoft.Extensions.Options;
using Navigator.Runtime.Upstreams;

namespace Navigator.Runtime.Hosting;

public static class ChatModelSetup
{
    /// <summary>Adds the providers of chat models. Another one is one more keyed <see cref="ChatClientFactory"/>.</summary>
    public static IServiceCollection AddChatModels(this IServiceCollection services, ChatProviders chosen) => services
        .AddKeyedSingleton<ChatClientFactory>(ChatProviders.OpenAi, (provider, _) => (upstream, limits) =>
            OpenAiClients.Create(provider.GetRequiredService<IOptions<OpenAiOptions>>().Value, upstream, limits))
        .AddKeyedSingleton<ChatClientFactory>(ChatProviders.Anthropic, (provider, _) => (upstream, limits) =>
            AnthropicClients.Create(provider.GetRequiredService<IOptions<AnthropicOptions>>().Value, upstream, limits))
        .AddSingleton(chosen).AddSingleton<ChatClients>()
        .AddSingleton(provider => new StartupStep(_ =>
        {
            provider.GetRequiredService<ChatClients>().Check();
            return Task.CompletedTask;
        }));
}
