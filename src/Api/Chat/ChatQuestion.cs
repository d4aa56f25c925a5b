using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>A submitted question that was found fit to be accepted.</summary>
/// <param name="Hash">SHA-256 of everything the caller sent, for idempotency.</param>
internal sealed partial record ChatQuestion(string Text, string ConversationId, JobOptions Options, byte[] Hash)
{
    private const int MaxDocuments = 100;

    /// <returns>The question, or the problem with it.</returns>
    public static (ChatQuestion? Question, ProblemHttpResult? Problem) From(ChatJobRequest? request)
    {
        var problem = request switch
        {
            null => Problem.Of(400, "invalid_json", "The body is not a JSON object as it is expected here."),
            { Question: null } => Problem.Of(422, "question_missing", "The field 'question' is missing."),
            { Question: var question } when string.IsNullOrWhiteSpace(question) => Problem.Of(422, "question_empty", "The question is empty."),
            { Question.Length: > ChatJobRequest.MaxQuestionLength } =>
                Problem.Of(422, "question_too_long", $"The question has {request.Question!.Length} characters; {ChatJobRequest.MaxQuestionLength} are possible."),
            { Question: var question } when question.Contains('\0', StringComparison.Ordinal) =>
                Problem.Of(422, "question_not_text", "The question holds a null character, which no text does."),
            { ConversationId: { } conversation } when !Conversation().IsMatch(conversation) =>
                Problem.Of(422, "invalid_conversation_id", "A conversation_id is 1 to 64 letters, digits, '-', '_' or '.'."),
            { DocumentIds: { Count: 0 or > MaxDocuments } } =>
                Problem.Of(422, "invalid_document_ids", $"document_ids names 1 to {MaxDocuments} documents; leave it out for all."),
            _ => null,
        };
        return problem is not null
            ? (null, problem)
            : (new ChatQuestion(
                request!.Question!,
                request.ConversationId ?? Guid.CreateVersion7().ToString(),
                new JobOptions(request.Web ?? true, request.DocumentIds),
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request))), null);
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.None, matchTimeoutMilliseconds: 200)]
    public static partial Regex Conversation();
}
