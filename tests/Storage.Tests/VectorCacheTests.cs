using Navigator.Storage.Passages;

namespace Navigator.Storage.Tests;

public class VectorCacheTests
{
    private const int Dimensions = 1_000;

    /// <summary>Of each document; some 4 kB.</summary>
    private const int Passages = 4;

    /// <summary>Room for two documents.</summary>
    private readonly VectorCache cache = new(10_000);

    /// <summary>The numbers of the documents that were read from the file.</summary>
    private readonly List<int> loads = [];

    [Fact]
    public void What_fits_is_loaded_once()
    {
        var first = Assert.Single(Read(1));

        Assert.Same(first, Assert.Single(Read(1)));

        Assert.Equal([1], loads);
    }

    [Fact]
    public void The_document_used_longest_ago_makes_room()
    {
        Read(1);
        Read(2);
        Read(1);
        Read(3);

        Assert.True(cache.Holds(Document(1)));
        Assert.False(cache.Holds(Document(2)));
        Assert.True(cache.Holds(Document(3)));
        Read(2);
        Assert.Equal([1, 2, 3, 2], loads);
    }

    [Fact]
    public void Vectors_of_another_version_are_not_found_even_when_they_come_late()
    {
        var (before, after) = (Document(1), Document(1) with { Version = 2 });
        Read(after);

        // A question whose transaction began earlier, and that was slow to load.
        Read(before);
        Read(after);

        Assert.Equal([1, 1, 1], loads);
        Assert.True(cache.Holds(after));
        Assert.False(cache.Holds(before));
    }

    [Fact]
    public void Another_document_that_got_the_number_of_a_deleted_one_has_its_own_vectors()
    {
        Read(1);

        var later = Assert.Single(Read(Document(1) with { Id = new Guid(9, 0, 0, new byte[8]) }));

        Assert.Equal(new Guid(9, 0, 0, new byte[8]), later[0].Id);
    }

    [Fact]
    public void What_was_forgotten_is_loaded_again_and_has_made_room()
    {
        Read(1);
        Read(2);

        cache.Forget(1);
        cache.Forget(7);
        Read(3);

        Assert.True(cache.Holds(Document(2)));
        Read(1);
        Assert.Equal([1, 2, 3, 1], loads);
    }

    [Fact]
    public void A_document_larger_than_the_cache_is_read_in_parts_and_displaces_nothing()
    {
        Read(1);
        var parts = new List<(int First, int Count)>();

        var counts = cache.Read(Document(2), 1_200, Dimensions, (first, count) =>
        {
            parts.Add((first, count));
            return Load(Document(2), count);
        }).Select(part => part.Count).ToList();

        Assert.Equal([(0, 512), (512, 512), (1_024, 176)], parts);
        Assert.Equal([512, 512, 176], counts);
        Assert.False(cache.Holds(Document(2)));
        Assert.True(cache.Holds(Document(1)));
    }

    [Fact]
    public void Each_of_many_that_read_at_once_gets_what_it_asked_for()
    {
        Parallel.For(0, 2_000, i =>
        {
            var document = Document(i % 5);
            if (i % 7 == 0)
                cache.Forget(document.Number);
            Assert.Equal(document.Id, Assert.Single(cache.Read(document, Passages, Dimensions, (_, count) => Load(document, count)))[0].Id);
        });

        Assert.InRange(Enumerable.Range(0, 5).Count(number => cache.Holds(Document(number))), 1, 2);
    }

    [Fact]
    public void A_direction_is_one_long_and_that_of_zero_is_zero()
    {
        float[] vector = [3, 4];
        float[] zero = [0, 0];

        PassageVectors.Normalize(vector);
        PassageVectors.Normalize(zero);

        Assert.Equal([0.6f, 0.8f], vector);
        Assert.Equal([0f, 0f], zero);
    }

    [Fact]
    public void A_kept_document_of_several_parts_has_all_of_its_passages()
    {
        var wide = new VectorCache(PassageVectors.BytesOf(1_200, 8));

        List<int> Counts() => [.. wide.Read(Document(1), 1_200, 8, (_, count) => Load(Document(1), count, 8)).Select(part => part.Count)];

        Assert.Equal([512, 512, 176], Counts());
        Assert.True(wide.Holds(Document(1)));
        Assert.Equal([512, 512, 176], Counts());
    }

    [Fact]
    public void Two_that_need_the_same_document_at_once_load_it_once()
    {
        using var both = new Barrier(2);
        var loaded = 0;

        Parallel.Invoke(
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            [.. Enumerable.Repeat(
                () =>
                {
                    both.SignalAndWait();
                    _ = cache.Read(Document(1), Passages, Dimensions, (_, count) =>
                    {
                        Interlocked.Increment(ref loaded);
                        Thread.Sleep(50);
                        return Load(Document(1), count);
                    });
                },
                2)]);

        Assert.Equal(1, loaded);
    }

    [Fact]
    public void A_vector_of_another_length_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => new PassageVectors(1, 2).Add(Guid.NewGuid(), 1, [1, 2, 3]));

    private static DocumentVersion Document(int number) => new(number, new Guid(number, 0, 0, new byte[8]), 1, "m");

    private List<PassageVectors> Read(int number) => Read(Document(number));

    private List<PassageVectors> Read(DocumentVersion document) =>
    [
        .. cache.Read(document, Passages, Dimensions, (_, count) =>
        {
            loads.Add((int)document.Number);
            return Load(document, count);
        }),
    ];

    /// <summary>As if read from the file: the first passage's id is the document's.</summary>
    private static PassageVectors Load(DocumentVersion document, int passages, int dimensions = Dimensions)
    {
        var vectors = new PassageVectors(passages, dimensions);
        for (var i = 0; i < passages; i++)
            vectors.Add(i == 0 ? document.Id : Guid.NewGuid(), i, new float[dimensions]);
        return vectors;
    }
}
