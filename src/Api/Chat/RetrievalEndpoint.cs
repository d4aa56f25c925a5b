using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Api.Problems;
using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;

namespace Navigator.Api.Chat;

/// <summary>Shows a job's owner how the passages for the question were ranked.</summary>
internal static class RetrievalEndpoint
{
    public static RouteGroupBuilder MapRetrieval(this RouteGroupBuilder jobs)
    {
        jobs.MapGet("/{id}/retrieval", Read).WithName("ReadRetrieval")
            .WithSummary("How the passages for one question were ranked, and what was dropped.");
        return jobs;
    }

    private static async Task<Results<Ok<ChatRetrieval>, ProblemHttpResult>> Read(
        Guid id, ClaimsPrincipal caller, ThrottledJobs jobs, CancellationToken token)
    {
        if (await jobs.Find(caller, id, token) is not { } job)
            return Problem.JobNotFound();
        return TypedResults.Ok(new ChatRetrieval
        {
            Candidates = [.. (job.Results.Of<DocumentsResult>(Tool.Documents)?.Candidates ?? []).Select(ToHttp)],
        });
    }

    private static RetrievedCandidate ToHttp(RankedCandidate candidate) => new()
    {
        PassageId = candidate.PassageId,
        DocumentId = candidate.DocumentId,
        VectorRank = candidate.VectorRank,
        Cosine = candidate.Cosine,
        LexicalRank = candidate.LexicalRank,
        Coverage = candidate.Coverage,
        FusedRank = candidate.FusedRank,
        Score = candidate.Score,
        Rank = candidate.Rank,
        Dropped = candidate.Dropped,
    };
}
