using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;
using Navigator.Workers;

namespace Navigator.Shipping;

/// <summary>The tools as they ship, with a key for each; compiled into the test projects that look at them.</summary>
internal static class Shipped
{
    public static ToolSet Tools { get; } = Setup().Tools.Build();

    public static IReadOnlyList<string> Queues => Tools.Queues;

    /// <summary>Those that may be asked where the caller does not allow the web.</summary>
    public static IReadOnlyList<ToolDescriptor> WithoutWeb { get; } = [.. Tools.Where(tool => tool.Name != Tool.WebSearch)];

    public static WorkerSetup Setup()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([KeyValuePair.Create("Tavily:ApiKey", (string?)"k")]);
        var setup = new WorkerSetup(new ServiceCollection(), configuration);
        Pipeline.AddWorkers(setup);
        return setup;
    }

    /// <summary>A plan that asks the documents and the web.</summary>
    public static JobPlan Plan(string question, string language, IReadOnlyList<string> documents, IReadOnlyList<string> web) =>
        new(question, language, Wave(documents, web));

    public static WaveQueries Wave(IReadOnlyList<string> documents, IReadOnlyList<string> web) =>
        new((Tool.Documents, documents), (Tool.WebSearch, web));
}
