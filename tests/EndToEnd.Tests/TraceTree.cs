using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Navigator.EndToEnd.Tests;

/// <summary>
/// The spans of one trace as a tree, a line each. The database's are left out, because one statement may serve several jobs, and the bus's second
/// one for each message (process), which lasts as long as the first.
/// </summary>
/// <param name="received">Of every trace, because links lead to others.</param>
/// <param name="caller">The span of the caller, which the collector does not have.</param>
internal sealed partial class TraceTree(IReadOnlyList<ReceivedSpan> received, string trace, string caller)
{
    private const string Silent = "without a span: ";

    private readonly IReadOnlyList<ReceivedSpan> spans = [.. received.Where(span => span.Trace == trace).OrderBy(span => span.Start)];

    /// <summary>Spans whose parent is missing.</summary>
    public IEnumerable<ReceivedSpan> Orphans()
    {
        var known = spans.Select(span => span.Id).Append(caller).ToHashSet();
        return spans.Where(span => !known.Contains(span.Parent));
    }

    /// <summary>Messages that were sent, and whose receipt is missing.</summary>
    public IEnumerable<ReceivedSpan> Unreceived()
    {
        var receipts = spans.Where(IsReceipt).Select(span => span.Parent).ToHashSet();
        return spans.Where(span => span.Name.EndsWith(" send", StringComparison.Ordinal) && !receipts.Contains(span.Id));
    }

    public int Count(string name) => spans.Count(span => span.Name == name);

    /// <summary>The times in which no span ran, each with the span that began after it: something waited for that one.</summary>
    public IEnumerable<(TimeSpan Length, string Before)> Silences()
    {
        var until = spans[0].End;
        foreach (var span in spans)
        {
            if (span.Start > until)
                yield return (span.Start - until, span.Name);
            until = span.End > until ? span.End : until;
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var root in Under(caller))
            Append(text, root, 0, root.Service);
        return text.Append(Silent).Append(string.Join(", ", Silences().Select(silence => $"{Milliseconds(silence.Length)} before {silence.Before}")))
            .Append('\n').ToString();
    }

    /// <summary>Each line with those above it in the tree, without times, sorted: equal for two trees of the same shape.</summary>
    public static IReadOnlyList<string> Shape(string printed)
    {
        var path = new List<string>();
        var shape = new List<string>();
        foreach (var line in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Times().Replace(line, "")))
        {
            if (line.StartsWith(Silent, StringComparison.Ordinal))
                continue;
            var name = line.TrimStart(' ');
            path.RemoveRange((line.Length - name.Length) / 2, path.Count - ((line.Length - name.Length) / 2));
            path.Add(Wait().Replace(name, "in the queue"));
            shape.Add(string.Join(" › ", path));
        }
        return [.. shape.Order(StringComparer.Ordinal)];
    }

    private IEnumerable<ReceivedSpan> Under(string parent) => spans.Where(span => span.Parent == parent && span.Source != "Npgsql")
        .SelectMany(span => span.Name.EndsWith(" process", StringComparison.Ordinal) ? Under(span.Id) : [span]);

    /// <param name="process">Where the span above ran. A message is what leads into another process.</param>
    private void Append(StringBuilder text, ReceivedSpan span, int depth, string process)
    {
        // Every process has a sweeper, a replayer and a releaser.
        var own = span.Name is "sweep" or "replay" or "held" ? "any process" : depth == 0 || IsReceipt(span) ? span.Service : process;
        text.Append(CultureInfo.InvariantCulture, $"{Milliseconds(span.Start - spans[0].Start),7} {Milliseconds(span.End - span.Start),7}  ")
            .Append(' ', depth * 2).Append(span.Name);
        if (depth == 0 || own != process)
            text.Append(" (").Append(own).Append(')');
        if (IsReceipt(span) && spans.FirstOrDefault(other => other.Id == span.Parent) is { } sent)
            text.Append(", ").Append(Milliseconds(span.Start > sent.End ? span.Start - sent.End : TimeSpan.Zero)).Append(" in the queue");
        foreach (var cause in received.Where(other => span.Links.Contains(other.Id)))
            text.Append(", linked to ").Append(cause.Name);
        text.Append(span.HasFailed ? ", failed\n" : "\n");
        foreach (var child in Under(span.Id))
            Append(text, child, depth + 1, own);
    }

    private static bool IsReceipt(ReceivedSpan span) => span.Name.EndsWith(" receive", StringComparison.Ordinal);

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms");

    [GeneratedRegex("^ *[0-9,]+ ms +[0-9,]+ ms  ", RegexOptions.None, 1_000)]
    private static partial Regex Times();

    [GeneratedRegex("[0-9,]+ ms in the queue", RegexOptions.None, 1_000)]
    private static partial Regex Wait();
}
