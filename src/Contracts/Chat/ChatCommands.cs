namespace Navigator.Contracts.Chat;

// One question's road over the bus, in order. Each command is sent to the queue of its own name and carries ids and a
// fencing token, never a person's text: what fails ends up in _error queues and headers, where operators read it.
// The command of a tool that comes from elsewhere lies beside its consumer.

/// <summary>Translate, screen and plan one question. Queue: answer-question.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record AnswerQuestion(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.AnswerQuestion;
}

/// <summary>Turn the planned document queries into vectors. Queue: embed-question, consumed in micro-batches.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record EmbedQuestion(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.EmbedQuestion;
}

/// <summary>Find the passages nearest to the queries. Queue: retrieve-passages.</summary>
/// <param name="JobId">The job in the ledger.</param>
/// <param name="Attempt">Fencing token.</param>
/// <param name="Model">The embedding model that made the vectors: only passages of the same model are comparable.</param>
/// <param name="Vectors">
/// One per planned document query, each base64 of 1,536 little-endian float32 (8 kB). A JSON array of numbers would
/// cost more than the hop itself.
/// </param>
public sealed record RetrievePassages(Guid JobId, int Attempt, string Model, IReadOnlyList<string> Vectors) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.RetrievePassages;
}

/// <summary>Ask for web pages on one job's question. Queue: search-web.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record SearchWeb(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.SearchWeb;
}

/// <summary>Write the answer from everything the tools found. Queue: compose-answer.</summary>
/// <inheritdoc cref="JobCommand"/>
public sealed record ComposeAnswer(Guid JobId, int Attempt) : JobCommand(JobId, Attempt)
{
    public override string Queue() => QueueNames.ComposeAnswer;
}
