using System.Globalization;
using Navigator.Contracts.Http;
using Spectre.Console;

namespace Navigator.Cli;

/// <summary>Prints a job for people.</summary>
internal static class JobView
{
    public static void Print(IAnsiConsole console, ChatJob job)
    {
        if (job.Answer is not { } answer)
        {
            var (status, stage) = (job.Status.ToString().ToLowerInvariant(), job.Stage.ToString().ToLowerInvariant());
            console.MarkupLineInterpolated($"{job.Id}  [bold]{status}[/] · {stage}");
            if (job.Error is { } error)
                console.WriteLine($"{error.Message} ({error.Code})");
            return;
        }
        console.WriteLine(answer.Text);
        if (answer.Citations.Count > 0)
            console.WriteLine();
        foreach (var citation in answer.Citations)
        {
            var place = citation.Url ?? (citation.Page is { } page ? $"{citation.Title}, page {page}" : citation.Title);
            console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"[{citation.Marker}] {place}: \"{citation.Quote.ReplaceLineEndings(" ")}\""));
        }
        foreach (var reason in job.Degraded)
            console.WriteLine($"(without {reason})");
        foreach (var next in answer.FollowUps)
            console.WriteLine($"next: {next}");
        console.WriteLine($"(continue with: navigator ask --conversation {job.ConversationId} \"…\")");
    }
}
