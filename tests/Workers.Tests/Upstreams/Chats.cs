using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>Chat models as a process has them.</summary>
internal static class Chats
{
    /// <param name="add">Further providers.</param>
    public static ChatClients Of(
        LivePolicy policy, OpenAiOptions openAi, AnthropicOptions? anthropic = null, ModelsOptions? models = null,
        Action<IServiceCollection>? add = null)
    {
        anthropic ??= new AnthropicOptions();
        var services = new ServiceCollection().AddSingleton(policy).AddSingleton(Options.Create(openAi)).AddSingleton(Options.Create(anthropic))
            .AddChatModels(ChatProviders.From(openAi, anthropic, models ?? new ModelsOptions()));
        add?.Invoke(services);
        return services.BuildServiceProvider().GetRequiredService<ChatClients>();
    }
}
