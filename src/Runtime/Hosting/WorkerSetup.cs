using MassTransit;

namespace Navigator.Runtime.Hosting;

/// <summary>
/// The workers while a process is being put together. Every process knows the tools, because every process sweeps and sends what is due
/// to their queues. Consumers, and what they need, are added only where consumers run.
/// </summary>
public sealed class WorkerSetup
{
    private readonly IServiceCollection services;
    private readonly ConfigurationManager configuration;
    private readonly List<Action<IBusRegistrationConfigurator>> consumers = [];
    private readonly List<Action<IServiceCollection, IConfiguration>> needs = [];

    public WorkerSetup(IServiceCollection services, ConfigurationManager configuration)
    {
        (this.services, this.configuration) = (services, configuration);
        Tools = new ToolSetup(this, services, configuration);
    }

    public ToolSetup Tools { get; }

    /// <summary>What consumers need, where this process has any.</summary>
    public WorkerSetup Need(Action<IServiceCollection, IConfiguration> add)
    {
        needs.Add(add);
        return this;
    }

    /// <summary>What takes messages, where this process takes any.</summary>
    public WorkerSetup Consume<TConsumer, TDefinition>()
        where TConsumer : class, IConsumer where TDefinition : class, IConsumerDefinition<TConsumer>
    {
        consumers.Add(bus => bus.AddConsumer<TConsumer, TDefinition>());
        return this;
    }

    internal void AddNeeds() => needs.ForEach(add => add(services, configuration));

    internal void AddConsumers(IBusRegistrationConfigurator bus) => consumers.ForEach(add => add(bus));
}
