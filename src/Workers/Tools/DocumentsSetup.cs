using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Workers.Synonyms;
using Navigator.Workers.Tools.Embedding;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Workers.Tools;

/// <summary>The tool that searches the owner's own documents: question → vector → passages.</summary>
internal static class DocumentsSetup
{
    /// <summary>
    /// Weight of passages that do not fit the question, relative to those that do. A cosine of 0.5 is a good one, so passages that fit get at least
    /// half, and the best of them come before web pages.
    /// </summary>
    private const double PoorShare = 0.4;

    public static ToolSetup AddDocuments(this ToolSetup tools)
    {
        var synonyms = tools.Services.AddSynonyms(tools.Configuration.GetSection(RetrievalOptions.Section).Get<RetrievalOptions>()?.Synonyms);
        tools.Services.AddSingleton(provider => new InlineTool(
            Tool.Documents, QueueNames.RetrievePassages, provider.GetRequiredService<QuestionEmbedding>().RunInline));
        return tools.Add(Descriptor(EmbeddingSetup.Describe(tools.Configuration), synonyms))
            .Consume<EmbedQuestionConsumer, EmbedQuestionConsumerDefinition>()        // question → vector, in batches
            .Consume<RetrievePassagesConsumer, RetrievePassagesConsumerDefinition>(); // vector → passages
    }

    private static ToolDescriptor Descriptor(string search, SynonymFile synonyms) => new()
    {
        Name = Tool.Documents,
        Queue = QueueNames.EmbedQuestion,
        FurtherQueues = [QueueNames.RetrievePassages],
        Command = (job, attempt) => new EmbedQuestion(job, attempt),
        Planning = new ToolPlanning
        {
            Key = "document_queries",
            Description = "a search in the person's own documents (insurance policies, benefits summaries)",
            Instruction = "1 to 3 short searches in the documents, none only when they cannot possibly help. The first is the question itself; "
                + "the others say it in the words that policies use (copayment, coinsurance, prior authorization, inpatient).",
            IsFallback = true,
            // Query expansions find passages that the question's own words miss. A passage that both find ranks first.
            QueriesByRule = question => synonyms.Of(question) is { } terms ? [question, terms] : [question],
            InSecondWave = (first, others) => others.Except(first, StringComparer.OrdinalIgnoreCase).Any() ? others : [],
        },
        HasFoundEnough = results => results.Of<DocumentsResult>(Tool.Documents) is { Fits: true, Passages.Count: > 0 },
        Sources = Sources,
        Greeting = ("Search", search),
    };

    private static double Weight(double score, bool fits) => fits ? (1 + score) / 2 : score * PoorShare;

    private static async Task<IReadOnlyList<Source>> Sources(Job job, IPassageIndex index, CancellationToken token)
    {
        if (job.Results.Of<DocumentsResult>(Tool.Documents) is not { Passages.Count: > 0 } result)
            return [];
        var found = result.Passages.ToDictionary(passage => passage.PassageId);
        var passages = await index.Read(job.Tenant, [.. result.Passages.Select(passage => passage.PassageId)], token);
        return
        [
            .. JoinedPassages.Of(passages).Select(joined => new Source
            {
                Marker = 0,
                Kind = "document",
                DocumentId = joined.Best.Passage.DocumentId,
                PassageId = joined.Best.Passage.Id,
                Parts = joined.Parts,
                Title = joined.Best.DocumentTitle,
                Page = joined.Best.Passage.Page,
                Headings = joined.Best.Passage.Headings,
                Text = joined.Text,
                Score = found[joined.Best.Passage.Id].Score,
                Weight = Weight(found[joined.Best.Passage.Id].Score, result.Fits),
                IsSemanticMatch = joined.Parts.Any(part => found[part.PassageId].Similarity is not null),
            }),
        ];
    }
}
