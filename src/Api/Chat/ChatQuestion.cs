using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Webhooks;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>Whether callbacks are sent for a caller, and where to.</summary>
/// <param name="Loopback">To this machine too, for tests.</param>
internal sealed record Callbacks(bool Any, bool Loopback);

/// <summary>A submitted question that was found fit to be accepted.</summary>
/// <param name="ConversationId">Null: it begins one.</param>
/// <param name="Lifetime">From acceptance to deadline; null for the usual.</param>
/// <param name="Hash">SHA-256 of everything the caller sent, for idempotency.</param>
internal sealed partial record ChatQuestion(string Text, string? ConversationId, JobOptions Options, TimeSpan? Lifetime, byte[] Hash)
{
    private const int MaxDocuments = 100;

    /// <summary>Without what was not sent: a field that a later version knows must not change an earlier request's hash.</summary>
    private static readonly JsonSerializerOptions Hashed = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static Checked<ChatQuestion> From(ChatJobRequest? request, JobLimits limits, Callbacks webhooks)
    {
        var problem = request switch
        {
            null => Problem.Of(ProblemCode.InvalidJson, "The body is not a JSON object as it is expected here."),
            { Question: null } => Problem.Of(ProblemCode.QuestionMissing, "The field 'question' is missing."),
            { Question: var question } when string.IsNullOrWhiteSpace(question) => Problem.Of(ProblemCode.QuestionEmpty, "The question is empty."),
            { Question.Length: > ChatJobRequest.MaxQuestionLength } =>
                Problem.Of(ProblemCode.QuestionTooLong,
                    $"The question has {request.Question!.Length} characters; {ChatJobRequest.MaxQuestionLength} are possible."),
            { Question: var question } when question.Contains('\0', StringComparison.Ordinal) =>
                Problem.Of(ProblemCode.QuestionNotText, "The question holds a null character, which no text does."),
            { ConversationId: { } conversation } when !Conversation().IsMatch(conversation) =>
                Problem.Of(ProblemCode.InvalidConversationId, "A conversation_id is 1 to 64 letters, digits, '-', '_' or '.'."),
            { Language: { } language } when !LanguageTag().IsMatch(language) =>
                Problem.Of(ProblemCode.InvalidLanguage, "A language is a BCP 47 tag such as en, es or pt-BR."),
            { DocumentIds: { Count: 0 or > MaxDocuments } } =>
                Problem.Of(ProblemCode.InvalidDocumentIds, $"document_ids names 1 to {MaxDocuments} documents; leave it out for all."),
            { CallbackUrl: not null } when !webhooks.Any =>
                Problem.Of(ProblemCode.WebhooksOff, "Embedded, callbacks are sent only with a secret to sign them: "
                    + "Webhooks__Secret, or that of a tenant made with navigator tenants create."),
            { CallbackUrl: { } callback } when CallbackUrl.Problem(callback, webhooks.Loopback) is { } wrong =>
                Problem.Of(ProblemCode.InvalidCallbackUrl, wrong),
            { DeadlineSeconds: { } seconds } when !(seconds >= limits.MinDeadline.TotalSeconds && seconds <= limits.MaxDeadline.TotalSeconds) =>
                Problem.Of(ProblemCode.InvalidDeadline,
                    $"deadline_seconds is a number from {limits.MinDeadline.TotalSeconds} to {limits.MaxDeadline.TotalSeconds}."),
            _ => null,
        };
        return problem is not null
            ? problem
            : new ChatQuestion(
                request!.Question!,
                request.ConversationId,
                new JobOptions(request.Web ?? true, request.DocumentIds, request.Language, request.CallbackUrl),
                request.DeadlineSeconds is { } lifetime ? TimeSpan.FromSeconds(lifetime) : null,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Hashed)));
    }

    [GeneratedRegex(@"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\z", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LanguageTag();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    public static partial Regex Conversation();
}
