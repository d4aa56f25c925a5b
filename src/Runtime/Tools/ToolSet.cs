using System.Collections;
using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Navigator.Contracts;
using Navigator.Contracts.Chat;

namespace Navigator.Runtime.Tools;

/// <summary>The tools of this system, in their order in a plan.</summary>
public sealed partial class ToolSet : IReadOnlyCollection<ToolDescriptor>
{
    private readonly IReadOnlyList<ToolDescriptor> tools;
    private readonly FrozenDictionary<Tool, ToolDescriptor> byName;

    /// <exception cref="StartupException">Two tools have a name, key or queue in common, or a command does not go to its tool's queue.</exception>
    public ToolSet(IEnumerable<ToolDescriptor> tools)
    {
        this.tools = [.. tools];
        foreach (var tool in this.tools)
            Check(tool);
        if (Twice(this.tools.Select(tool => tool.Name.Name)) is { } name)
            throw new StartupException($"two tools have the name '{name}'.");
        if (Twice(this.tools.Select(tool => tool.Planning.Key)) is { } key)
            throw new StartupException($"two tools have the planning key '{key}'.");
        Queues =
        [
            QueueNames.PrepareQuestion, .. this.tools.SelectMany(tool => tool.FurtherQueues.Prepend(tool.Queue)), QueueNames.ComposeAnswer,
            QueueNames.IngestDocument, QueueNames.EmbedPassages, QueueNames.DeliverWebhook,
        ];
        if (Twice(Queues) is { } queue)
            throw new StartupException($"the queue '{queue}' would take the commands of two.");
        byName = this.tools.ToFrozenDictionary(tool => tool.Name);
    }

    /// <summary>All queues in the order in which a question passes them, followed by the queues of documents.</summary>
    public IReadOnlyList<string> Queues { get; }

    /// <summary>The upstreams of the tools.</summary>
    public IEnumerable<string> Upstreams => tools.SelectMany(tool => tool.Upstreams);

    public int Count => tools.Count;

    /// <summary>Returns null for a tool that another version of the program planned and that this program does not have.</summary>
    public ToolDescriptor? Find(Tool name) => byName.GetValueOrDefault(name);

    public IEnumerator<ToolDescriptor> GetEnumerator() => tools.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void Check(ToolDescriptor tool)
    {
        if (!Names().IsMatch(tool.Name.Name) || tool.Name.Name == "format")
            throw new StartupException($"'{tool.Name}' is no name for a tool: it is stored as a member, and has a-z, 0-9 and _.");
        if (string.IsNullOrWhiteSpace(tool.Queue))
            throw new StartupException($"the tool '{tool.Name}' has no queue.");
        if (tool.Command(Guid.Empty, 1).Queue() is var queue && queue != tool.Queue)
            throw new StartupException($"the command of the tool '{tool.Name}' goes to '{queue}', and its queue is '{tool.Queue}'.");
    }

    private static string? Twice(IEnumerable<string> names) =>
        names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1)?.Key;

    [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.None, 1_000)]
    private static partial Regex Names();
}
