using System.ComponentModel;

namespace Navigator.Contracts.Http;

/// <summary>A series of questions. Each is answered in the context of the earlier ones.</summary>
public sealed record ChatConversation
{
    [Description("Send it as conversation_id with the next question.")]
    public required string Id { get; init; }
    public string Object { get; init; } = "chat.conversation";
    public required string FirstQuestion { get; init; }

    [Description("Number of questions in the conversation.")]
    public required int Jobs { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When the last question was asked.")]
    public required DateTimeOffset LastAt { get; init; }
    public required ConversationLinks Links { get; init; }
}

/// <summary>A page of conversations.</summary>
/// <param name="NextCursor">Pass it as <c>cursor</c> for the next page. Null on the last page.</param>
public sealed record ConversationList(IReadOnlyList<ChatConversation> Data, string? NextCursor)
{
    public string Object { get; init; } = "list";
}

public sealed record ConversationLinks(string Jobs, string Delete);
