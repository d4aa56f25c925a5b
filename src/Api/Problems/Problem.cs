using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Navigator.Api.Problems;

/// <summary>Errors as RFC 9457 problem details. The code is stable and for programs, the detail is one sentence for people.</summary>
internal static class Problem
{
    public static ProblemHttpResult Of(int status, string code, string detail) => TypedResults.Problem(Details(status, code, detail));

    public static ProblemDetails Details(int status, string code, string detail) => new()
    {
        Type = $"urn:navigator:problem:{code}",
        Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
        Status = status,
        Detail = detail,
        Extensions = { ["code"] = code },
    };

    public static ProblemHttpResult JobNotFound() => Of(404, "job_not_found", "There is no such job.");

    public static ProblemHttpResult DocumentNotFound() => Of(404, "document_not_found", "There is no such document.");

    public static ProblemHttpResult OriginalNotKept() =>
        Of(404, "original_not_kept", "The document is here, and the uploaded file is not: files are not kept here, or this one could not be read.");

    public static ProblemHttpResult MalformedId(string what) => Of(400, "malformed_id", $"The {what}'s id is not a UUID.");
}
