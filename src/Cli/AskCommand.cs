using System.CommandLine;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Spectre.Console;

namespace Navigator.Cli;

internal static class AskCommand
{
    public static Command Create()
    {
        var question = new Argument<string>("question") { Description = "The question. Use - to read it from standard input." };
        var conversation = new Option<string?>("--conversation") { Description = "Id of the conversation that the question continues." };
        var documents = new Option<Guid[]>("--document") { Description = "Search only this document. May be repeated." };
        var language = new Option<string?>("--language") { Description = "The question's language, such as es. Default: detected." };
        var noWeb = new Option<bool>("--no-web") { Description = "Do not search the web." };
        var deadline = new Option<double?>("--deadline") { Description = "Seconds after which the job expires." };
        var detach = new Option<bool>("--detach") { Description = "Print the job and do not wait for the answer." };
        var command = new Command("ask", "Ask a question and wait for its answer.") { question, conversation, documents, language, noWeb, deadline,
            detach };
        command.SetAction(Session.Run(async (session, parsed, token) =>
        {
            var text = parsed.GetValue(question)!;
            var body = new ChatJobRequest
            {
                Question = text == "-" ? await Console.In.ReadToEndAsync(token) : text,
                ConversationId = parsed.GetValue(conversation),
                DocumentIds = parsed.GetValue(documents) is { Length: > 0 } ids ? ids : null,
                Language = parsed.GetValue(language),
                Web = parsed.GetValue(noWeb) ? false : null,
                DeadlineSeconds = parsed.GetValue(deadline),
            };
            var job = await session.Client.Post<ChatJob>("/v1/chat/jobs", body, Guid.NewGuid().ToString(), token);
            if (!parsed.GetValue(detach))
                job = await Wait(session, job, token);
            session.Print(job, JobView.Print);
            return parsed.GetValue(detach) || job.Status == JobStatus.Answered ? ExitCode.Done : ExitCode.EndedBadly;
        }));
        return command;
    }

    /// <summary>Waits for the end of the job. Ctrl+C cancels the job, because its answer is no longer wanted.</summary>
    private static async Task<ChatJob> Wait(Session session, ChatJob job, CancellationToken token)
    {
        try
        {
            return await session.Progress.Status().StartAsync(
                "queued", status => session.Client.UntilEnded(job, now => status.Status($"{now.Status} · {now.Stage}".ToLowerInvariant()), token));
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await session.Client.Delete<ChatJob>(job.Links.Cancel, soon.Token);
            throw;
        }
    }
}
