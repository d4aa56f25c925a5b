namespace Navigator.Contracts.Chat;

// The commands of one question, in order. Each is sent to the queue of its own name. A command carries ids and a fencing token, never a
// person's text, because failed messages stay in _error queues where operators read them.
// The command of an additional tool is defined beside the tool's consumer.

/// <summary>Translate, screen and plan one question. Queue: prepare-question.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record PrepareQuestion(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.PrepareQuestion;
}

/// <summary>Turn the planned document queries into vectors. Queue: embed-question, consumed in micro-batches.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record EmbedQuestion(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.EmbedQuestion;
}

/// <summary>Find the passages that match the queries best. Queue: retrieve-passages.</summary>
/// <param name="JobId">The job in the ledger.</param>
/// <param name="Attempt">Fencing token.</param>
/// <param name="Model">The model that computed the vectors. Only passages embedded by the same model are comparable.</param>
/// <param name="Vectors">
/// One for each planned document query: base64 of little-endian float32 (8 kB with 1,536 dimensions). A JSON array of numbers would cost
/// more than the whole hop over the broker.
/// </param>
public sealed record RetrievePassages(Guid JobId, int Attempt, string Model, IReadOnlyList<string> Vectors) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.RetrievePassages;
}

/// <summary>Search the web for one job's question. Queue: search-web.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record SearchWeb(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.SearchWeb;
}

/// <summary>Write the answer from the tools' results. Queue: compose-answer.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record ComposeAnswer(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.ComposeAnswer;
}
