using System.Numerics.Tensors;
using Navigator.Storage.Passages;

namespace Navigator.Storage.Tests;

/// <summary>What is found through codes is what a comparison with every vector finds.</summary>
public class NearestPassagesTests
{
    private const int Dimensions = 384;

    /// <summary>What float sums of such vectors differ by, depending on the order in which they are made.</summary>
    private const double Rounding = 1e-6;

    private static readonly Guid Document = Guid.NewGuid();

    private readonly Random random = new(20_261_127);

    /// <summary>The vectors, as the file has them, of passages 0, 1 and so on.</summary>
    private readonly List<float[]> vectors = [];
    private readonly List<Guid> ids = [];

    /// <summary>How many vectors were read for candidates.</summary>
    private int read;

    [Theory]
    [InlineData(24, 0.25)]
    [InlineData(24, -1)]
    [InlineData(1, 0.9)]
    [InlineData(200, 0.1)]
    [InlineData(24, 2)]
    public void Clustered_vectors_with_copies_among_them(int limit, double floor)
    {
        var centres = Enumerable.Range(0, 40).Select(_ => Normal(1)).ToList();
        for (var i = 0; i < 10_000; i++)
        {
            var copies = i % 20 == 19;
            Add(copies ? vectors[random.Next(i)] : Sum(centres[random.Next(40)], Normal(0.9f)));
        }
        float[][] questions = [Sum(centres[3], Normal(0.9f)), Sum(centres[7], Normal(0.1f)), Normal(1), vectors[777]];

        var found = Nearest(limit, floor, questions);

        foreach (var (question, hits) in questions.Zip(found))
            AssertSame(ByEveryVector(question, floor), hits, limit);
        Assert.InRange(read, 0, 4 * 2_500);
    }

    [Fact]
    public void Vectors_that_differ_by_less_than_a_step_of_the_code()
    {
        var question = Normal(1);
        PassageVectors.Normalize(question);
        var across = Normal(1);
        var along = TensorPrimitives.Dot<float>(across, question);
        across = Sum(across, [.. question.Select(number => -along * number)]);
        PassageVectors.Normalize(across);
        // Each next one is 5 to 15 millionths less near; the error of a code is some 7 thousandths.
        int[] places = [.. Enumerable.Range(0, 1_000)];
        random.Shuffle(places);
        foreach (var place in places)
            Add(Sum(question, [.. across.Select(number => (0.05f + place * 1e-4f) * number)]));

        var hits = Assert.Single(Nearest(30, 0.25, question));

        Assert.Equal(Enumerable.Range(0, 30), hits.Select(hit => places[ids.IndexOf(hit.PassageId)]));
    }

    /// <summary>64 numbers of one size: cosines are whole 64ths, exact in whatever order they are summed, and thousands tie.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(3_000)]
    public void Equal_ones_are_ordered_by_id_however_many_there_are(int kinds)
    {
        float[] Signs() => [.. Enumerable.Range(0, 100).Select(i => i < 64 ? random.Next(2) * 2f - 1 : 0)];
        var patterns = Enumerable.Range(0, kinds).Select(_ => Signs()).ToList();
        for (var i = 0; i < 20_000; i++)
            Add(patterns[i % kinds]);
        float[][] questions = [Signs(), patterns[0]];

        var found = Nearest(50, -1, questions);

        foreach (var (question, hits) in questions.Zip(found))
            Assert.Equal(ByEveryVector(question, -1).Take(50), hits);
    }

    [Fact]
    public void Zero_is_as_near_as_a_right_angle_and_a_vector_that_is_none_is_not_found()
    {
        Add(new float[Dimensions]);
        Add(Unit(3));
        Add([.. Unit(5).Select(_ => float.NaN)]);
        Add([.. Unit(5).Select(number => number > 0 ? float.PositiveInfinity : 0)]);
        Add([.. Unit(5).Select(number => -number)]);

        var found = Nearest(10, -1, Unit(5), new float[Dimensions]);

        Assert.Equal(
            new HashSet<(Guid, double)> { (ids[0], 0), (ids[1], 0), (ids[4], -1) },
            [.. found[0].Select(hit => (hit.PassageId, hit.Score))]);
        Assert.Equal([0d, 0, 0], found[1].Select(hit => hit.Score));
        Assert.Empty(Assert.Single(Nearest(10, 0.25, new float[Dimensions])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(100)]
    [InlineData(1_536)]
    public void The_code_is_off_by_no_more_than_its_error(int dimensions)
    {
        for (var round = 0; round < 500; round++)
        {
            float[] Vector() => [.. Normal(1, dimensions).Select(number => round % 3 == 0 ? number * number * number : number)];
            var (question, vector) = (Vector(), Vector());
            PassageVectors.Normalize(question);
            var part = new PassageVectors(1, dimensions);
            part.Add(Guid.NewGuid(), 1, vector);

            var exact = question.Zip(vector, (one, other) => (double)one * other).Sum();

            Assert.InRange(part.Similarity(question, 0), exact - part[0].Error - 1e-5, exact + part[0].Error + 1e-5);
            Assert.InRange(part[0].Error, 0, 0.06);
        }
    }

    [Fact]
    public void A_question_of_another_length_is_refused()
    {
        var part = new PassageVectors(1, 2);
        part.Add(Guid.NewGuid(), 1, [1, 2]);

        Assert.Throws<InvalidOperationException>(() => new NearestPassages(new float[] { 1, 2, 3 }, 1, 0).Compare(part, Document));
    }

    private void Add(float[] vector)
    {
        vectors.Add(vector);
        ids.Add(Guid.NewGuid());
    }

    /// <summary>As the index does it: part by part, each question settled when it has many candidates, and at the end.</summary>
    private List<List<Hit>> Nearest(int limit, double floor, params float[][] questions)
    {
        var searches = questions.Select(question => new NearestPassages(question, limit, floor)).ToList();
        foreach (var rows in Enumerable.Range(0, vectors.Count).Chunk(512))
        {
            var part = new PassageVectors(rows.Length, vectors[0].Length);
            foreach (var row in rows)
                part.Add(ids[row], row, [.. vectors[row]]);
            searches.Where(search => search.Compare(part, Document)).ToList().ForEach(Settle);
        }
        searches.ForEach(Settle);
        return searches.ConvertAll(search => search.Ranked());

        void Settle(NearestPassages search) => search.Settle(candidates =>
        {
            read += candidates.Count;
            foreach (var candidate in candidates)
                search.Add(candidate, [.. vectors[(int)candidate.Number]]);
        });
    }

    /// <summary>All that reach the floor, best first.</summary>
    private List<Hit> ByEveryVector(float[] question, double floor)
    {
        float[] asked = [.. question];
        PassageVectors.Normalize(asked);
        return
        [
            .. vectors.Select((vector, i) =>
            {
                float[] direction = [.. vector];
                PassageVectors.Normalize(direction);
                return new Hit(ids[i], Document, Math.Clamp((double)TensorPrimitives.Dot<float>(asked, direction), -1, 1));
            })
            .Where(hit => hit.Score >= floor).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.PassageId, UuidOrder.Instance),
        ];
    }

    private static void AssertSame(List<Hit> all, List<Hit> found, int limit)
    {
        var scores = all.ToDictionary(hit => hit.PassageId, hit => hit.Score);
        Assert.Equal(Math.Min(limit, all.Count), found.Count);
        Assert.Equal(found.Count, found.Select(hit => hit.PassageId).Distinct().Count());
        Assert.All(found, hit => Assert.InRange(hit.Score, scores[hit.PassageId] - Rounding, scores[hit.PassageId] + Rounding));
        Assert.All(found.Zip(all), pair => Assert.InRange(pair.First.Score, pair.Second.Score - Rounding, pair.Second.Score + Rounding));
        Assert.Equal(found.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.PassageId, UuidOrder.Instance), found);
    }

    /// <summary>Numbers around 0, most of them nearer than the deviation.</summary>
    private float[] Normal(float deviation, int dimensions = Dimensions) =>
    [
        .. Enumerable.Range(0, dimensions).Select(_ =>
            deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()))),
    ];

    private static float[] Sum(float[] one, float[] other) => [.. one.Zip(other, (a, b) => a + b)];

    private static float[] Unit(int axis) => [.. Enumerable.Range(0, Dimensions).Select(i => i == axis ? 1f : 0f)];
}
