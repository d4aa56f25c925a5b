using Navigator.Runtime.Flow;

namespace Navigator.Workers.Tests.Flow;

public sealed class OldestJobTests
{
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void While_the_ledger_cannot_be_read_an_unfinished_job_grows_older()
    {
        var oldest = new OldestJob(clock);
        Assert.Equal(TimeSpan.Zero, oldest.Age);

        oldest.Update(TimeSpan.FromSeconds(3));
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(23), oldest.Age);

        oldest.Update(TimeSpan.Zero);
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.Zero, oldest.Age);
    }
}
