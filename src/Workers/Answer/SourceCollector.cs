using Microsoft.Extensions.Options;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Answer;

/// <summary>Turns the tools' results into sources: reads them, screens them, and numbers those that fit into the token budget.</summary>
internal sealed class SourceCollector(ToolSet tools, IPassageIndex index, SourceScreen screen, IOptions<AnswerOptions> options)
{
    /// <returns>The sources, and notes about screened text for the job's <c>degraded</c>.</returns>
    public async Task<(IReadOnlyList<Source> Sources, IReadOnlyList<string> Notes)> Collect(Job job, CancellationToken token)
    {
        var found = new List<Source>();
        foreach (var tool in tools)
            found.AddRange(await tool.Sources(job, index, token));
        var all = await screen.Screened(job.Tenant, found, token);
        var screened = all.Count(source => source.IsScreened);
        return (
            SourceBudget.Within(options.Value.SourceTokens, all),
            screened == 0 ? [] : [$"screening: sentences that instruct the assistant were left out of {screened} of {all.Count} sources"]);
    }
}
