using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Navigator.Contracts.Http;

namespace Navigator.Api.Problems;

/// <summary>Errors as RFC 9457 problem details. The code is stable, for programs. The detail is for people.</summary>
internal static class Problem
{
    public static ProblemHttpResult Of(ProblemCode problem, string detail) => TypedResults.Problem(new ProblemDetails
    {
        Type = $"urn:navigator:problem:{problem.Code}",
        Title = ReasonPhrases.GetReasonPhrase(problem.Status),
        Status = problem.Status,
        Detail = detail,
        Extensions = { ["code"] = problem.Code },
    });

    public static ProblemHttpResult JobNotFound() => Of(ProblemCode.JobNotFound, "The job does not exist.");

    public static ProblemHttpResult DocumentNotFound() => Of(ProblemCode.DocumentNotFound, "The document does not exist.");

    public static ProblemHttpResult OriginalNotKept() => Of(
        ProblemCode.OriginalNotKept,
        "The uploaded file is not stored: this server keeps no files, or this one could not be read.");

    public static ProblemHttpResult TooLarge() => Of(ProblemCode.PayloadTooLarge, "The request is too large.");
}
