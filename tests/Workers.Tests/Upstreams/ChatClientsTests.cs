using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Navigator.Runtime;
using Navigator.Runtime.Upstreams;

namespace Navigator.Workers.Tests.Upstreams;

/// <summary>Which provider's model is asked, and what is said of settings that name none.</summary>
public sealed class ChatClientsTests
{
    private static readonly OpenAiOptions OpenAi = new() { ApiKey = "k" };
    private static readonly AnthropicOptions Anthropic = new() { ApiKey = "k" };

    [Theory]
    [InlineData(true, true, null, "gpt-4o-mini", null)]
    [InlineData(true, false, null, "gpt-4o-mini", null)]
    [InlineData(false, true, null, "claude-sonnet-5-5", "anthropic")]
    [InlineData(true, true, "anthropic", "claude-sonnet-5-5", "anthropic")]
    public void A_key_brings_a_provider_and_of_two_the_setting_chooses(bool openAi, bool anthropic, string? chosen, string model, string? provider)
    {
        var found = Clients(openAi, anthropic, new ModelsOptions { Answer = chosen }).For("answers");

        Assert.Equal((model, provider), (found.Name, found.Provider));
    }

    [Fact]
    public void Without_a_key_or_a_small_model_none_is_asked()
    {
        Assert.Equal(new ChatProviders(null, null), ChatProviders.From(new OpenAiOptions(), new AnthropicOptions(), new ModelsOptions()));
        Assert.Equal(new ChatProviders("openai", null), ChatProviders.From(OpenAi with { SmallModel = "" }, Anthropic, new ModelsOptions()));
        Assert.Equal(new ChatProviders("openai", "anthropic"), ChatProviders.From(OpenAi, Anthropic, new ModelsOptions { Small = "anthropic" }));
    }

    [Theory]
    [InlineData("gemini", null, "Models__Answer is gemini, but no such provider exists. This program has openai and anthropic.")]
    [InlineData(null, "gemini", "Models__Small is gemini, but no such provider exists. This program has openai and anthropic.")]
    [InlineData("anthropic", null, "Models__Answer is anthropic, but Anthropic__ApiKey is not set.")]
    [InlineData(null, "openai", "Models__Small is openai, but OpenAI__ApiKey is not set.")]
    public void A_provider_that_cannot_be_asked_keeps_the_process_from_starting(string? answer, string? small, string said)
    {
        var clients = Clients(false, false, new ModelsOptions { Answer = answer, Small = small });

        Assert.Equal(said, Assert.Throws<StartupException>(clients.Check).Message);
    }

    [Fact]
    public void Limits_of_a_provider_that_does_not_exist_or_that_exceed_the_connections_are_named()
    {
        var policy = Policies.Live(("Providers:antropic:InFlight", "4"));

        Assert.Contains("'antropic'", Assert.Throws<StartupException>(Chats.Of(policy, OpenAi).Check).Message, StringComparison.Ordinal);
        Assert.Contains("providers.anthropic.in_flight is 41",
            Assert.Throws<StartupException>(() => Policies.With(("Providers:anthropic:InFlight", "41"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_provider_is_one_registration()
    {
        var clients = Chats.Of(Policies.Live(), OpenAi, models: new ModelsOptions { Answer = "parrot" },
            add: services => services.AddKeyedSingleton<ChatClientFactory>("parrot", (_, _) => (upstream, _) => new Parrot($"parrot-{upstream}")));

        clients.Check();
        var model = clients.For("answers");

        Assert.Equal(("parrot-answers", "parrot", "parrot-answers"), (model.Name, model.Provider, clients.DescribeAnswers()));
        Assert.Equal("Hello!", (await model.Client.GetResponseAsync("Hello!")).Text);
    }

    private static ChatClients Clients(bool openAi, bool anthropic, ModelsOptions models) =>
        Chats.Of(Policies.Live(), openAi ? OpenAi : new OpenAiOptions(), anthropic ? Anthropic : null, models);

    /// <summary>Says what it hears.</summary>
    private sealed class Parrot(string model) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, messages.Last().Text)));

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("parrot", null, model) : null;

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
