using Navigator.Api.Access;
using Navigator.Runtime.Settings;
using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Sqlite;

namespace Navigator.Api;

internal static class Greeting
{
    /// <summary>Embedded mode prints one screen: what Navigator is, what it stores, and what to type. Distributed mode logs the address.</summary>
    public static void SayHello(this WebApplication app, NavigatorMode mode) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var url = app.Urls.FirstOrDefault() ?? "http://localhost:8080";
        if (!mode.IsEmbedded)
        {
            app.Logger.LogListening(url);
            return;
        }
        var answers = app.Services.GetRequiredService<ChatClients>().DescribeAnswers();
        var needsKeys = app.Services.GetRequiredService<Exposure>().NeedsKeys;
        var (header, documents) = needsKeys ? ("-H 'Authorization: Bearer nav_…' ", "") : ("", "a sample policy is there; ");
        var tools = string.Concat(app.Services.GetRequiredService<ToolSet>().Select(tool => tool.Greeting).OfType<(string Title, string Text)>()
            .Select(line => $"  {line.Title,-11}{line.Text}\n"));
        var kept = app.Services.GetService<DataDirectory>() is { } directory
            ? $"questions, answers and documents, in {DataDirectory.FileIn(directory.Path)}"
            : "nothing: questions, answers and documents are gone when it stops";
        Console.WriteLine(
            $$"""

            Navigator answers questions about your own documents, with the passages that say so.

              Page       {{url}}/
              API        {{url}}/openapi/v1.json
              Mode       embedded: API, workers, queue and storage in this one process.
              Kept       {{kept}}
              Keys       {{(needsKeys ? "needed: those of the settings Keys__<tenant>, and those made with navigator keys create" : $"none needed: one tenant, '{Caller.Development}', and this machine alone is served")}}
              Answers    {{answers ?? "offline: quotes the passages that fit; no model is asked (set OpenAI__ApiKey or Anthropic__ApiKey for one)"}}
            {{tools}}  Documents  {{documents}}add yours with  curl {{header}}-F file=@policy.pdf {{url}}/v1/documents

            Ask (it waits up to 20 s for the answer):

              curl -sL {{header}}-H 'Content-Type: application/json' -d '{"question": "What is my deductible?"}' '{{url}}/v1/chat/jobs?wait=20'

            Stop with Ctrl+C.

            """);
    });
}

internal static partial class GreetingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Navigator's API listens on {Url}, distributed")]
    public static partial void LogListening(this ILogger log, string url);
}
