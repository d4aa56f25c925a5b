namespace Navigator.Storage.Tests;

public class SteadyClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A computer whose clock can be set, beside a stopwatch that cannot.</summary>
    private sealed class Computer : TimeProvider
    {
        private readonly FakeTimeProvider stopwatch = new();

        public DateTimeOffset Clock { get; set; } = Noon;

        public override long TimestampFrequency => stopwatch.TimestampFrequency;

        public void Pass(TimeSpan time)
        {
            stopwatch.Advance(time);
            Clock += time;
        }

        public override DateTimeOffset GetUtcNow() => Clock;

        public override long GetTimestamp() => stopwatch.GetTimestamp();
    }

    [Fact]
    public void It_shows_what_the_computer_shows_also_when_that_is_set_forward()
    {
        var computer = new Computer();
        var clock = new SteadyClock(computer);
        computer.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(Noon.AddSeconds(5), clock.GetUtcNow());
        computer.Clock = Noon.AddHours(1);
        Assert.Equal(Noon.AddHours(1), clock.GetUtcNow());
    }

    [Fact]
    public void Set_back_by_an_hour_it_goes_on_from_where_it_was_until_the_computer_has_caught_up()
    {
        var computer = new Computer();
        var clock = new SteadyClock(computer);
        computer.Clock = Noon.AddHours(-1);
        Assert.Equal(Noon, clock.GetUtcNow());
        for (var minute = 1; minute <= 120; minute++)
        {
            computer.Pass(TimeSpan.FromMinutes(1));
            Assert.Equal(Noon.AddMinutes(minute), clock.GetUtcNow());
        }
        computer.Clock = Noon.AddHours(3);
        Assert.Equal(Noon.AddHours(3), clock.GetUtcNow());
    }

    [Fact]
    public void A_small_correction_is_waited_for()
    {
        var computer = new Computer();
        var clock = new SteadyClock(computer);
        computer.Clock = Noon.AddMilliseconds(-300);
        Assert.Equal(Noon, clock.GetUtcNow());
        computer.Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal(Noon, clock.GetUtcNow());
        computer.Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal(Noon.AddMilliseconds(100), clock.GetUtcNow());
    }
}
