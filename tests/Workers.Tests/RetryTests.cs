using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Settings;
using Navigator.Storage;

namespace Navigator.Workers.Tests;

/// <summary>What the bus tries again by itself.</summary>
public sealed class RetryTests
{
    [Fact]
    public async Task A_search_that_took_too_long_is_tried_again()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(Policies.Live()).AddSingleton<LimitRegistry>().AddSingleton<QueueBulkheads>()
            .AddSingleton<Tries>();
        builder.Services.AddBus(new NavigatorMode(null, null),
            bus => bus.AddConsumer<Searching>().Endpoint(endpoint => endpoint.Name = QueueNames.RetrievePassages));
        using var host = builder.Build();
        await host.StartAsync();

        await host.Services.GetRequiredService<IBus>().Publish(new RetrievePassages(Guid.NewGuid(), 1, "model", []));
        await host.Services.GetRequiredService<Tries>().Second.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await host.StopAsync();
    }

    public sealed class Tries
    {
        public int Count { get; set; }
        public TaskCompletionSource Second { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Is too slow at first.</summary>
    public sealed class Searching(Tries tries) : IConsumer<RetrievePassages>
    {
        public Task Consume(ConsumeContext<RetrievePassages> context)
        {
            if (++tries.Count == 1)
                throw new SearchTimeoutException();
            tries.Second.SetResult();
            return Task.CompletedTask;
        }
    }
}
