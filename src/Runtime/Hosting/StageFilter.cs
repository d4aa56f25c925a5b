using MassTransit;
using Navigator.Runtime.Limits;

namespace Navigator.Runtime.Hosting;

/// <summary>Applies the queue's bulkhead to each consumer. The observer adds it to every consumer, so that none is unlimited.</summary>
internal sealed class StageFilter<TConsumer>(QueueBulkheads bulkheads, string queue) : IFilter<ConsumerConsumeContext<TConsumer>>
    where TConsumer : class
{
    public Task Send(ConsumerConsumeContext<TConsumer> context, IPipe<ConsumerConsumeContext<TConsumer>> next) =>
        bulkheads.Run(queue, () => next.Send(context), context.CancellationToken);

    public void Probe(ProbeContext context) => context.CreateFilterScope("stage");
}

/// <summary>Adds the filter when a queue's consumer is configured.</summary>
internal sealed class StageObserver(IRegistrationContext context, string queue) : IConsumerConfigurationObserver
{
    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator) where TConsumer : class =>
        configurator.UseFilter(new StageFilter<TConsumer>(context.GetRequiredService<QueueBulkheads>(), queue));

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class where TMessage : class
    {
    }
}
