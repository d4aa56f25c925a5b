using MassTransit;
using Microsoft.Extensions.Configuration.Memory;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Settings;
using Navigator.Runtime.Tools;

namespace Navigator.Runtime.Hosting;

/// <summary>Collects the tools at start-up. Each tool adds its descriptor, its services and its limits.</summary>
public sealed class ToolSetup(WorkerSetup workers, IServiceCollection services, ConfigurationManager configuration)
{
    private readonly List<ToolDescriptor> tools = [];

    public IServiceCollection Services => services;

    public IConfiguration Configuration => configuration;

    /// <summary>Adds a tool's options. Reads secrets from files and validates the options at start-up.</summary>
    public TOptions AddOptions<TOptions>(string section) where TOptions : class, new()
    {
        configuration.AddSecretFiles(section);
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        return configuration.GetSection(section).Get<TOptions>() ?? new TOptions();
    }

    /// <summary>
    /// Adds limits that come with a tool, in the format of concurrency.yaml. They are a layer below that file and the environment, so that an
    /// operator can override each of them.
    /// </summary>
    /// <exception cref="StartupException">The text is not a YAML mapping.</exception>
    public ToolSetup AddLimits(Tool tool, string yaml)
    {
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = YamlConfiguration.Parse(yaml, $"the limits of {tool}", ConcurrencyPolicy.Section),
        });
        return this;
    }

    public ToolSetup Add(ToolDescriptor tool)
    {
        tools.Add(tool);
        return this;
    }

    /// <summary>Adds a consumer of the tool, for processes that have consumers.</summary>
    public ToolSetup Consume<TConsumer, TDefinition>() where TConsumer : class, IConsumer where TDefinition : class, IConsumerDefinition<TConsumer>
    {
        workers.Consume<TConsumer, TDefinition>();
        return this;
    }

    /// <exception cref="StartupException">See <see cref="ToolSet"/>.</exception>
    public ToolSet Build() => new(tools);
}
