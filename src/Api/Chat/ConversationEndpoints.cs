using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Navigator.Api.Access;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Chat;

internal static class ConversationEndpoints
{
    public const string Route = "/v1/conversations";

    public static RouteGroupBuilder MapConversations(this IEndpointRouteBuilder routes)
    {
        var conversations = routes.MapGroup(Route).WithTags("Chat").Needs(Scope.Chat);
        conversations.MapGet("/", List).WithName("ListConversations").WithSummary("Your conversations, by their newest question.");
        conversations.MapDelete("/{id}", Delete).WithName("DeleteConversation")
            .WithSummary("Delete a conversation with all its questions and answers. Unfinished questions are cancelled.");
        return conversations;
    }

    private static async Task<Results<Ok<ConversationList>, ProblemHttpResult>> List(
        [FromQuery, Description("next_cursor of the previous page.")] string? cursor,
        [FromQuery, Description("Conversations per page, 1 to 100. Default: 20.")] string? limit,
        ClaimsPrincipal caller, ThrottledJobs jobs, CancellationToken token)
    {
        if (!Paging.TryParse(cursor, limit, out var before, out var size))
            return Paging.Invalid();
        var found = await jobs.Conversations(caller, before, size + 1, token);
        return TypedResults.Ok(new ConversationList([.. found.Take(size).Select(ToHttp)], found.Count > size
            ? found[size - 1].Newest.ToString()
            : null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string id, ClaimsPrincipal caller, ThrottledJobs jobs, CancellationToken token) =>
        ChatQuestion.Conversation().IsMatch(id) && await jobs.DeleteConversation(caller, id, token) > 0
            ? TypedResults.NoContent()
            : Problem.Of(ProblemCode.ConversationNotFound, "The conversation does not exist.");

    private static ChatConversation ToHttp(Conversation conversation) => new()
    {
        Id = conversation.Id,
        FirstQuestion = conversation.FirstQuestion,
        Jobs = conversation.Jobs,
        CreatedAt = conversation.CreatedAt,
        LastAt = conversation.LastAt,
        Links = new ConversationLinks($"{ChatJobs.Route}?conversation_id={conversation.Id}", $"{Route}/{conversation.Id}"),
    };
}
