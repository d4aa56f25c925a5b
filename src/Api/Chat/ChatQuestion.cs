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

/// <summary>Whether webhooks are sent for a caller, and to which addresses.</summary>
/// <param name="Loopback">True: this machine is allowed too, for tests.</param>
internal sealed record Callbacks(bool Any, bool Loopback);

/// <summary>A submitted question that passed validation.</summary>
/// <param name="ConversationId">Null: the question begins a conversation.</param>
/// <param name="Lifetime">From acceptance to deadline; null: the default.</param>
/// <param name="Hash">SHA-256 of everything the caller sent, for idempotency.</param>
internal sealed partial record ChatQuestion(string Text, string? ConversationId, JobOptions Options, TimeSpan? Lifetime, byte[] Hash)
{
    private const int MaxDocuments = 100;

    /// <summary>Leaves out fields that were not sent, so that a field of a later version does not change an earlier request's hash.</summary>
    private static readonly JsonSerializerOptions Hashed = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static Checked<ChatQuestion> From(ChatJobRequest? request, JobLimits limits, Callbacks webhooks)
    {
        var problem = request switch
        {
            null => Problem.Of(ProblemCode.InvalidJson, "The body is not a valid JSON object for this request."),
            { Question: null } => Problem.Of(ProblemCode.QuestionMissing, "The field 'question' is missing."),
            { Question: var question } when string.IsNullOrWhiteSpace(question) => Problem.Of(ProblemCode.QuestionEmpty, "The question is empty."),
            { Question.Length: > ChatJobRequest.MaxQuestionLength } =>
                Problem.Of(ProblemCode.QuestionTooLong,
                    $"The question has {request.Question!.Length} characters. The maximum is {ChatJobRequest.MaxQuestionLength}."),
            { Question: var question } when question.Contains('\0', StringComparison.Ordinal) =>
                Problem.Of(ProblemCode.QuestionNotText, "The question contains a null character."),
            { ConversationId: { } conversation } when !Conversation().IsMatch(conversation) =>
                Problem.Of(ProblemCode.InvalidConversationId, "A conversation_id must have 1 to 64 letters, digits, '-', '_' or '.'."),
            { Language: { } language } when !LanguageTag().IsMatch(language) =>
                Problem.Of(ProblemCode.InvalidLanguage, "language must be a BCP 47 tag such as en, es or pt-BR."),
            { DocumentIds: { Count: 0 or > MaxDocuments } } =>
                Problem.Of(ProblemCode.InvalidDocumentIds, $"document_ids must name 1 to {MaxDocuments} documents. Leave it out to search all."),
            { CallbackUrl: not null } when !webhooks.Any =>
                Problem.Of(ProblemCode.WebhooksOff, "Embedded mode sends callbacks only with a secret to sign them. Set "
                    + "Webhooks__Secret, or that of a tenant made with navigator tenants create."),
            { CallbackUrl: { } callback } when CallbackUrl.Problem(callback, webhooks.Loopback) is { } wrong =>
                Problem.Of(ProblemCode.InvalidCallbackUrl, wrong),
            { DeadlineSeconds: { } seconds } when !(seconds >= limits.MinDeadline.TotalSeconds && seconds <= limits.MaxDeadline.TotalSeconds) =>
                Problem.Of(ProblemCode.InvalidDeadline,
                    $"deadline_seconds must be a number from {limits.MinDeadline.TotalSeconds} to {limits.MaxDeadline.TotalSeconds}."),
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
