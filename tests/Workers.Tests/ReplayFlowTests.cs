using Navigator.Contracts.Chat;
using Navigator.Contracts.Http;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Replay;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;

namespace Navigator.Workers.Tests;

public class ReplayFlowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ReplayLimits Limits = Policies.With().Replay;

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(400)]
    public void The_rate_is_kept_on_average_and_never_passed(double rate)
    {
        var (replay, done) = (Replay(rate), 0);
        for (var ms = 0; ms <= 20_000; ms += 50)
        {
            var now = Start.AddMilliseconds(ms);
            if (ReplayFlow.Next(replay with { Now = now }, 0, Limits) is ReplayStep.Go go)
            {
                done += go.Count;
                replay = replay with { PacedUntil = ReplayPace.After(replay with { Now = now }, go.Count) };
            }
            Assert.True(done <= rate * ms / 1000 + 1, $"{done} after {ms} ms");
        }
        Assert.InRange(done, rate * 20 * 0.95, rate * 20 + 1);
    }

    [Fact]
    public void A_rate_not_used_is_worth_a_second_later_and_no_more()
    {
        var go = Assert.IsType<ReplayStep.Go>(ReplayFlow.Next(Replay(20) with { Now = Start.AddMinutes(10) }, 0, Limits));

        Assert.Equal(21, go.Count);
    }

    [Fact]
    public void It_waits_until_its_rate_allows_the_next()
    {
        var wait = Assert.IsType<ReplayStep.Wait>(ReplayFlow.Next(Replay(20) with { PacedUntil = Start.AddSeconds(3) }, 0, Limits));

        Assert.Equal(TimeSpan.FromSeconds(3), wait.DueIn);
    }

    [Fact]
    public void It_holds_back_while_too_much_is_unfinished_and_then_fills_only_what_is_free()
    {
        var replay = Replay(1_000) with { Now = Start.AddSeconds(1) };

        Assert.IsType<ReplayStep.HoldBack>(ReplayFlow.Next(replay, Limits.PauseAbove, Limits));
        Assert.Equal(3, Assert.IsType<ReplayStep.Go>(ReplayFlow.Next(replay, Limits.PauseAbove - 3, Limits)).Count);
    }

    /// <summary>After a broker that lost its messages there may be more of them than a replay may add to.</summary>
    [Fact]
    public void Queued_jobs_are_sent_again_however_many_are_unfinished()
    {
        var replay = Replay(1_000) with { Now = Start.AddSeconds(1), Selection = new ReplaySelection([JobStatus.Queued]) };

        Assert.Equal(Limits.Batch, Assert.IsType<ReplayStep.Go>(ReplayFlow.Next(replay, 100_000, Limits)).Count);
    }

    [Fact]
    public void A_turn_is_no_larger_than_a_batch_and_no_larger_than_what_is_wanted()
    {
        var replay = Replay(1_000) with { Now = Start.AddSeconds(1) };

        Assert.Equal(Limits.Batch, Assert.IsType<ReplayStep.Go>(ReplayFlow.Next(replay, 0, Limits)).Count);
        Assert.Equal(2, Assert.IsType<ReplayStep.Go>(ReplayFlow.Next(replay with { Max = 10, Replayed = 8 }, 0, Limits)).Count);
    }

    private static ReplayRecord Replay(double rate) => new()
    {
        Id = Guid.NewGuid(),
        Tenant = "a",
        Selection = new ReplaySelection([]),
        RatePerSecond = rate,
        Max = 100_000,
        Status = ReplayStatus.Running,
        Matched = 100_000,
        Replayed = 0,
        Skipped = 0,
        HeldBack = false,
        PacedUntil = Start,
        CreatedAt = Start,
        Now = Start,
    };
}
