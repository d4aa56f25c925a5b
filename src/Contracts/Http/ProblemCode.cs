namespace Navigator.Contracts.Http;

/// <summary>
/// A kind of problem (RFC 9457) in the API's responses. docs/problems.md explains each kind and what to do. A problem's title is the reason
/// phrase of its status.
/// </summary>
/// <param name="Code">Stable, for programs.</param>
public sealed record ProblemCode(int Status, string Code)
{
    // The request cannot be read.
    public static readonly ProblemCode InvalidJson = new(400, "invalid_json");
    public static readonly ProblemCode InvalidForm = new(400, "invalid_form");
    public static readonly ProblemCode MalformedId = new(400, "malformed_id");
    public static readonly ProblemCode InvalidWait = new(400, "invalid_wait");
    public static readonly ProblemCode InvalidPaging = new(400, "invalid_paging");
    public static readonly ProblemCode InvalidIdempotencyKey = new(400, "invalid_idempotency_key");
    public static readonly ProblemCode InvalidStatusParameter = new(400, "invalid_status");
    public static readonly ProblemCode InvalidConversationIdParameter = new(400, "invalid_conversation_id");
    public static readonly ProblemCode BadRequest = new(400, "bad_request");
    public static readonly ProblemCode MethodNotAllowed = new(405, "method_not_allowed");
    public static readonly ProblemCode RequestTimeout = new(408, "request_timeout");
    public static readonly ProblemCode PayloadTooLarge = new(413, "payload_too_large");
    public static readonly ProblemCode UnsupportedMediaType = new(415, ErrorCode.UnsupportedMediaType);
    public static readonly ProblemCode UnsupportedCharset = new(415, "unsupported_charset");
    public static readonly ProblemCode UnsupportedDocument = new(415, "unsupported_document");

    // The caller may not, or not now.
    public static readonly ProblemCode KeyMissing = new(401, "key_missing");
    public static readonly ProblemCode KeyNotValid = new(401, "key_not_valid");
    public static readonly ProblemCode ScopeMissing = new(403, "scope_missing");
    public static readonly ProblemCode CrossSite = new(403, "cross_site");
    public static readonly ProblemCode TooManyWrongKeys = new(429, "too_many_wrong_keys");
    public static readonly ProblemCode TooManyRequests = new(429, "too_many_requests");
    public static readonly ProblemCode QueueFull = new(429, "queue_full");
    public static readonly ProblemCode TooManyUnfinished = new(429, "too_many_unfinished");

    // There is nothing of that name.
    public static readonly ProblemCode RouteNotFound = new(404, "route_not_found");
    public static readonly ProblemCode JobNotFound = new(404, "job_not_found");
    public static readonly ProblemCode ConversationNotFound = new(404, "conversation_not_found");
    public static readonly ProblemCode DocumentNotFound = new(404, "document_not_found");
    public static readonly ProblemCode OriginalNotKept = new(404, "original_not_kept");
    public static readonly ProblemCode PassageNotFound = new(404, "passage_not_found");
    public static readonly ProblemCode WebhookNotFound = new(404, "webhook_not_found");
    public static readonly ProblemCode ReplayNotFound = new(404, "replay_not_found");

    // The state of things forbids it.
    public static readonly ProblemCode JobNotEnded = new(409, "job_not_ended");
    public static readonly ProblemCode ReplayOver = new(409, "replay_over");

    // A question that was read and cannot be accepted.
    public static readonly ProblemCode QuestionMissing = new(422, "question_missing");
    public static readonly ProblemCode QuestionEmpty = new(422, "question_empty");
    public static readonly ProblemCode QuestionTooLong = new(422, ErrorCode.QuestionTooLong);
    public static readonly ProblemCode QuestionNotText = new(422, "question_not_text");
    public static readonly ProblemCode InvalidConversationId = new(422, "invalid_conversation_id");
    public static readonly ProblemCode InvalidLanguage = new(422, "invalid_language");
    public static readonly ProblemCode InvalidDocumentIds = new(422, "invalid_document_ids");
    public static readonly ProblemCode InvalidDeadline = new(422, "invalid_deadline");
    public static readonly ProblemCode InvalidCallbackUrl = new(422, "invalid_callback_url");
    public static readonly ProblemCode WebhooksOff = new(422, "webhooks_off");
    public static readonly ProblemCode IdempotencyKeyReused = new(422, "idempotency_key_reused");

    // A document likewise.
    public static readonly ProblemCode FileMissing = new(422, "file_missing");
    public static readonly ProblemCode TextMissing = new(422, "text_missing");
    public static readonly ProblemCode InvalidTitle = new(422, "invalid_title");
    public static readonly ProblemCode DocumentEmpty = new(422, ErrorCode.DocumentEmpty);
    public static readonly ProblemCode DocumentNotReadable = new(422, ErrorCode.DocumentNotReadable);

    // A replay likewise.
    public static readonly ProblemCode FilterMissing = new(422, "filter_missing");
    public static readonly ProblemCode InvalidStatus = new(422, "invalid_status");
    public static readonly ProblemCode InvalidRange = new(422, "invalid_range");
    public static readonly ProblemCode InvalidErrorCode = new(422, "invalid_error_code");
    public static readonly ProblemCode InvalidRate = new(422, "invalid_rate");
    public static readonly ProblemCode InvalidMax = new(422, "invalid_max");
    public static readonly ProblemCode UnknownTenant = new(422, "unknown_tenant");
    public static readonly ProblemCode UnknownQueue = new(422, "unknown_queue");
    public static readonly ProblemCode QueueStandsAlone = new(422, "queue_stands_alone");
    public static readonly ProblemCode NoErrorQueues = new(422, "no_error_queues");

    // The server's own.
    public static readonly ProblemCode InternalError = new(500, "internal_error");
    public static readonly ProblemCode DatabaseUnavailable = new(503, "database_unavailable");
    public static readonly ProblemCode DatabasePoolExhausted = new(503, "database_pool_exhausted");
    public static readonly ProblemCode StoredFormatUnknown = new(503, "stored_format_unknown");
    public static readonly ProblemCode BrokerUnavailable = new(503, "broker_unavailable");

    /// <summary>For a status that the framework returns without a problem and that has no code.</summary>
    public static ProblemCode OfStatus(int status) => new(status, $"http_{status}");
}

/// <summary>Why a job or a document failed: the <c>error.code</c> of either. docs/problems.md lists these codes too.</summary>
public static class ErrorCode
{
    // Of a job.
    public const string DeadlineExceeded = "deadline_exceeded";
    public const string AnswerFailed = "answer_failed";
    public const string ContentFiltered = "content_filtered";
    public const string ScreeningUnavailable = "screening_unavailable";
    public const string QuestionNotRead = "question_not_read";
    public const string QuestionNotReadable = "question_not_readable";
    public const string QuestionTooLong = "question_too_long";
    public const string QuestionInstructs = "question_instructs";
    public const string QuestionFlagged = "question_flagged";
    public const string QuestionAboutSelfHarm = "question_about_self_harm";

    // Of either.
    public const string AttemptsExhausted = "attempts_exhausted";
    public const string EmbeddingFailed = "embedding_failed";

    // Of a document.
    public const string IngestionTimeout = "ingestion_timeout";
    public const string DocumentEmpty = "document_empty";
    public const string DocumentNotReadable = "document_not_readable";
    public const string DocumentNotText = "document_not_text";
    public const string DocumentEncrypted = "document_encrypted";
    public const string DocumentWithoutText = "document_without_text";
    public const string DocumentTooLong = "document_too_long";
    public const string DocumentTooComplex = "document_too_complex";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string PdfReaderMissing = "pdf_reader_missing";
}
