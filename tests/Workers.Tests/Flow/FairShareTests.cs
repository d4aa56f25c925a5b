using Navigator.Runtime.Flow;

namespace Navigator.Workers.Tests.Flow;

public sealed class FairShareTests
{
    [Theory]
    [InlineData(32, new int[] { }, 32)]
    [InlineData(32, new[] { 400 }, 32)]                                    // alone: all of it
    [InlineData(32, new[] { 400, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 23)]         // what nine others leave
    [InlineData(32, new[] { 400, 400 }, 16)]                               // two that want all: equal parts
    [InlineData(32, new[] { 400, 3, 400 }, 14)]
    [InlineData(32, new[] { 5, 3 }, 29)]                                   // room for all: the next may take what is left
    [InlineData(4, new[] { 9, 9, 9, 9, 9, 9 }, 1)]                         // more tenants than room: one each
    public void Room_is_shared_so_that_those_who_want_little_get_it_all(int room, int[] wanted, int level) =>
        Assert.Equal(level, FairShare.LevelOf(room, wanted));

    [Fact]
    public void All_together_have_no_more_than_there_is_room_for_and_nothing_is_left_while_one_wants_more()
    {
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            var (room, wanted) = (random.Next(1, 200), Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(1, 60)).ToArray());
            var level = FairShare.LevelOf(room, wanted);
            var given = wanted.Sum(want => Math.Min(want, level));

            Assert.True(given <= Math.Max(room, wanted.Length), $"{given} of {room}");
            // Less than one more for each is left over.
            if (wanted.Any(want => want > level))
                Assert.True(given > room - wanted.Length, $"{given} of {room}");
        }
    }

    [Fact]
    public void Each_worker_brings_room()
    {
        var share = new FairShare(Policies.Live(("Admission:UnderWay", "10")));
        Assert.Equal(10, share.Level);

        share.Share(workers: 3, [100]);
        Assert.Equal(30, share.Level);
        share.Share(workers: 0, [100, 100]);
        Assert.Equal(5, share.Level);
    }
}
