using Navigator.Contracts.Http;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;
using Navigator.Workers.Embedders;
using Navigator.Workers.Tools.Retrieval;

namespace Navigator.Workers.Tests;

public class RetrievalTests
{
    private static readonly Guid[] Ids = [.. Enumerable.Range(0, 10).Select(_ => Guid.NewGuid())];

    [Fact]
    public void A_passage_that_leads_every_list_scores_one_and_beats_all_others()
    {
        var fused = Fusion.Fuse([Legs([0, 1, 2], [0, 2, 3])], vectorWeight: 1, limit: 10);

        Assert.Equal((Ids[0], 1.0), (fused[0].PassageId, fused[0].Score));
        Assert.Equal(Ids[2], fused[1].PassageId);
        Assert.Equal(4, fused.Count);
        Assert.All(fused, passage => Assert.InRange(passage.Score, 0, 1));
    }

    [Fact]
    public void What_only_the_words_found_has_no_similarity()
    {
        var fused = Fusion.Fuse([Legs([0], [1])], 1, 10);

        Assert.Null(Assert.Single(fused, passage => passage.PassageId == Ids[1]).Similarity);
        Assert.NotNull(Assert.Single(fused, passage => passage.PassageId == Ids[0]).Similarity);
    }

    [Fact]
    public void Several_queries_add_up()
    {
        var fused = Fusion.Fuse([Legs([0, 1], []), Legs([1, 2], [])], 1, 1);

        Assert.Equal(Ids[1], Assert.Single(fused).PassageId);
    }

    [Fact]
    public void What_only_the_vectors_found_keeps_its_score_beside_a_poor_list_of_words()
    {
        var legs = new SearchLegs([new Hit(Ids[0], Ids[9], 0.6), new Hit(Ids[1], Ids[9], 0.3)], [new Hit(Ids[1], Ids[9], 0.3)]);

        var fused = new ScoreFusion(lexicalWeight: 0.6, perLeg: 10, similarityFloor: 0.25).Fuse([legs]);

        Assert.Equal([Ids[0], Ids[1]], fused.Select(passage => passage.PassageId));
        Assert.Equal(0.375, fused[0].Score, 4);
    }

    [Fact]
    public void A_passage_with_every_word_of_the_question_beats_a_nearer_one_without_any()
    {
        var legs = new SearchLegs([new Hit(Ids[0], Ids[9], 0.6), new Hit(Ids[1], Ids[9], 0.5)], [new Hit(Ids[1], Ids[9], 1)]);

        Assert.Equal(Ids[1], new ScoreFusion(0.6, 10, 0.25).Fuse([legs])[0].PassageId);
    }

    [Fact]
    public void The_words_of_an_expansion_do_not_count()
    {
        var question = new SearchLegs([new Hit(Ids[0], Ids[9], 0.5)], []);
        var expansion = new SearchLegs([], [new Hit(Ids[1], Ids[9], 1)]);

        Assert.Equal(Ids[0], Assert.Single(new ScoreFusion(0.6, 10, 0.25).Fuse([question, expansion])).PassageId);
    }

    [Fact]
    public void Neighbours_follow_the_different_places_and_repetitions_are_left_out()
    {
        FoundPassage[] ranked = [Found(0, 0.9), Found(1, 0.8), Found(2, 0.7), Found(3, 0.6)];
        var texts = new[]
        {
            Said(0, ordinal: 4, "An ambulance ride costs $180."), Said(1, ordinal: 5, "You pay nothing for a second ride."),
            Said(2, ordinal: 40, "An ambulance ride costs $180."), Said(3, ordinal: 80, "Dental cleanings are free."),
        }.ToDictionary(passage => passage.Id);
        var repetitions = new HashSet<Guid>();

        var places = DistinctPlaces.Of(ranked, texts, 2, repetitions);

        Assert.Equal([Ids[0], Ids[3], Ids[1]], places.Select(passage => passage.PassageId));
        Assert.Equal(Ids[2], Assert.Single(repetitions));
    }

    private static Passage Said(int id, int ordinal, string text) => new(Ids[id], Ids[9], ordinal, 1, [], text);

    [Fact]
    public void Looked_at_closely_the_passage_that_says_it_in_one_place_comes_first()
    {
        var candidates = new[] { Found(0, 0.9), Found(1, 0.85) };
        var texts = new Dictionary<Guid, string>
        {
            [Ids[0]] = "Ambulances are mentioned here. " + string.Concat(Enumerable.Repeat("Something else is told at length. ", 30))
                + "A ride on a bus costs $2.",
            [Ids[1]] = "A ride in an ambulance costs $180.",
        };

        var ranked = Reranker.Rerank("How much does an ambulance ride cost?", candidates, texts, 5);

        Assert.Equal([Ids[1], Ids[0]], ranked.Select(passage => passage.PassageId));
    }

    [Fact]
    public void Of_two_places_the_one_that_holds_the_kind_of_thing_asked_for_comes_first()
    {
        var candidates = new[] { Found(0, 0.9), Found(1, 0.85) };
        var texts = new Dictionary<Guid, string> { [Ids[0]] = "Member Services are friendly.", [Ids[1]] = "Member Services: 1-800-555-0142." };

        Assert.Equal(Ids[1], Reranker.Rerank("What number do I call to reach Member Services?", candidates, texts, 1)[0].PassageId);
    }

    [Fact]
    public void A_candidate_that_was_deleted_meanwhile_is_left_out() =>
        Assert.Empty(Reranker.Rerank("q", [Found(0, 1)], new Dictionary<Guid, string>(), 5));

    [Fact]
    public async Task Offline_vectors_are_of_unit_length_the_same_every_time_and_near_for_texts_alike()
    {
        var embedder = new HashedNgramEmbedder();
        string[] texts = ["ambulance ride copayment", "Copayments for ambulance rides", "vision and dental cleaning", "", "¿?", "救护车费用"];
        var vectors = (await embedder.GenerateAsync(texts)).Select(found => found.Vector).ToList();

        Assert.All(vectors, vector => Assert.Equal(1, Dot(vector, vector), 4));
        Assert.True(Dot(vectors[0], vectors[1]) > 0.6);
        Assert.True(Dot(vectors[0], vectors[2]) < 0.2);
        Assert.Equal(vectors.Select(vector => vector.ToArray()),
            (await new HashedNgramEmbedder().GenerateAsync(texts)).Select(found => found.Vector.ToArray()));
    }

    [Theory]
    [InlineData(384)]
    [InlineData(1_536)]
    public void A_vector_of_any_length_survives_its_message(int dimensions)
    {
        var vector = Enumerable.Range(0, dimensions).Select(i => (i - 100) / 7f).ToArray();

        Assert.Equal(vector, VectorCodec.Decode(VectorCodec.Encode(vector)));
        Assert.InRange(VectorCodec.Encode(vector).Length, dimensions * 5, dimensions * 6);
        Assert.Throws<FormatException>(() => VectorCodec.Decode(""));
        Assert.Throws<FormatException>(() => VectorCodec.Decode("AAAA"));
        Assert.Throws<FormatException>(() => VectorCodec.Decode("no base64!"));
    }

    private static double Dot(ReadOnlyMemory<float> a, ReadOnlyMemory<float> b) =>
        a.ToArray().Zip(b.ToArray()).Sum(pair => (double)pair.First * pair.Second);

    private static FoundPassage Found(int i, double score) => new(Ids[i], Guid.Empty, score, null);

    private static SearchLegs Legs(int[] nearest, int[] lexical) => new(
        [.. nearest.Select((i, rank) => new Hit(Ids[i], Guid.Empty, 0.9 - rank * 0.1))],
        [.. lexical.Select((i, rank) => new Hit(Ids[i], Guid.Empty, 9 - rank))]);
}
