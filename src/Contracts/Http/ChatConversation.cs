using System.ComponentModel;

namespace Navigator.Contracts.Http;

/// <summary>Questions that were asked one after the other; each is answered with those before it in mind.</summary>
public sealed record ChatConversation
{
    [Description("What to send as conversation_id with the next question.")]
    public required string Id { get; init; }
    public string Object { get; init; } = "chat.conversation";
    public required string FirstQuestion { get; init; }

    [Description("Questions in it.")]
    public required int Jobs { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When its last question was asked.")]
    public required DateTimeOffset LastAt { get; init; }
    public required ConversationLinks Links { get; init; }
}

/// <summary>A page of conversations.</summary>
/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; null on the last.</param>
public sealed record ConversationList(IReadOnlyList<ChatConversation> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}

public sealed record ConversationLinks(string Jobs, string Delete);
