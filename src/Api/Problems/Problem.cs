using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Navigator.Contracts.Http;

namespace Navigator.Api.Problems;

/// <summary>Errors as RFC 9457 problem details. The code is stable and for programs, the detail is one sentence for people.</summary>
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

    public static ProblemHttpResult JobNotFound() => Of(ProblemCode.JobNotFound, "There is no such job.");

    public static ProblemHttpResult DocumentNotFound() => Of(ProblemCode.DocumentNotFound, "There is no such document.");

    public static ProblemHttpResult OriginalNotKept() => Of(
        ProblemCode.OriginalNotKept,
        "The document is here, and the uploaded file is not: files are not kept here, or this one could not be read.");

    public static ProblemHttpResult TooLarge() => Of(ProblemCode.PayloadTooLarge, "The request is larger than is accepted here.");
}
