using Navigator.Storage.Ledger;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Workers.Tests;

public class DocumentFeedbackTests
{
    private readonly Dictionary<Guid, ReadOnlyMemory<float>> vectors = [];

    [Fact]
    public void A_document_unlike_the_two_best_ones_loses_its_place()
    {
        FoundPassage[] ranked = [Found(0.8, 1, 0), Found(0.7, 1, 0), Found(0.61, 0, 1), Found(0.6, 1, 0)];

        var ordered = DocumentFeedback.Apply(ranked, vectors);

        Assert.Equal([ranked[0], ranked[1], ranked[3]], ordered.Take(3));
        Assert.Equal(ranked[2].PassageId, ordered[3].PassageId);
        Assert.Equal(0.61 - 0.19, ordered[3].Score, 4);
    }

    [Fact]
    public void Passages_of_one_document_keep_their_order()
    {
        var (first, unlike) = (Found(0.8, 1, 0), Found(0.75, 0, 1));
        // Their own vectors do not count, only the document's best.
        FoundPassage[] ranked =
        [
            first, unlike, Found(0.6, 1, 0), Found(0.5, 0, 1) with { DocumentId = first.DocumentId },
            Found(0.4, 1, 0) with { DocumentId = first.DocumentId }, Found(0.3, 1, 0) with { DocumentId = unlike.DocumentId },
            Found(0.2, 0, 1) with { DocumentId = unlike.DocumentId },
        ];

        var ordered = DocumentFeedback.Apply(ranked, vectors).Select(passage => passage.PassageId).ToList();

        foreach (var document in ranked.GroupBy(passage => passage.DocumentId))
            Assert.Equal(document.Select(passage => passage.PassageId), ordered.Where(id => document.Any(passage => passage.PassageId == id)));
    }

    [Fact]
    public void One_document_and_two_are_ranked_without_it()
    {
        var (first, second) = (Found(0.8, 1, 0), Found(0.7, 0, 1));
        FoundPassage[] ranked = [first, second, Found(0.6, 0, 1) with { DocumentId = first.DocumentId }];

        Assert.Empty(DocumentFeedback.Needed(ranked));
        Assert.Same(ranked, DocumentFeedback.Apply(ranked, vectors));
        Assert.Equal(3, DocumentFeedback.Needed([.. ranked, Found(0.5, 1, 0)]).Count);
    }

    [Fact]
    public void A_document_whose_vectors_are_still_to_come_loses_nothing()
    {
        FoundPassage[] ranked = [Found(0.8, 1, 0), Found(0.7, 1, 0), Found(0.6, 0, 1), Found(0.5, 0, 1)];
        vectors.Remove(ranked[2].PassageId);

        var ordered = DocumentFeedback.Apply(ranked, vectors);

        Assert.Equal(ranked[2], ordered[2]);
        Assert.Equal(0.5 - 0.19, ordered[3].Score, 4);
        vectors.Remove(ranked[0].PassageId);
        Assert.Same(ranked, DocumentFeedback.Apply(ranked, vectors));
    }

    [Fact]
    public void Documents_that_are_not_compared_lose_as_much_as_the_one_that_loses_most()
    {
        FoundPassage[] ranked = [.. Enumerable.Range(0, 30).Select(i => i == 5 ? Found(0.95 - 0.01 * i, 0, 1) : Found(0.95 - 0.01 * i, 1, 0))];

        Assert.Equal(20, DocumentFeedback.Needed(ranked).Count);
        var ordered = DocumentFeedback.Apply(ranked, vectors).ToDictionary(passage => passage.PassageId, passage => passage.Score);

        Assert.Equal(ranked[19].Score, ordered[ranked[19].PassageId], 4);
        Assert.Equal(ranked[25].Score - 0.19, ordered[ranked[25].PassageId], 4);
    }

    private FoundPassage Found(double score, float x, float y)
    {
        var passage = new FoundPassage(Guid.NewGuid(), Guid.NewGuid(), score, score);
        vectors[passage.PassageId] = new[] { x, y };
        return passage;
    }
}
