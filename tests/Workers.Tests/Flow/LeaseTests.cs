using Navigator.Runtime.Flow;

namespace Navigator.Workers.Tests.Flow;

public class LeaseTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(90);

    [Fact]
    public async Task Work_that_lasts_longer_than_its_lease_goes_on_while_it_is_renewed()
    {
        var renewals = 0;
        var renewedOften = new TaskCompletionSource();

        await Lease.Hold(
            Short, TimeProvider.System,
            _ =>
            {
                if (++renewals == 4)
                    renewedOften.SetResult();
                return Task.FromResult(true);
            },
            token => renewedOften.Task.WaitAsync(token), default);

        Assert.True(renewals >= 4);
    }

    [Fact]
    public async Task Work_stops_when_the_lease_is_lost()
    {
        var stopped = false;

        await Lease.Hold(
            Short, TimeProvider.System, _ => Task.FromResult(false),
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => stopped = true, TaskScheduler.Default);
                token.ThrowIfCancellationRequested();
            },
            default);

        Assert.True(stopped);
    }

    [Fact]
    public async Task A_renewal_that_fails_is_not_a_lost_lease() =>
        await Lease.Hold(Short, TimeProvider.System, _ => throw new TimeoutException(), token => Task.Delay(200, token), default);

    [Fact]
    public async Task A_message_that_is_given_back_stays_unfinished()
    {
        using var stop = new CancellationTokenSource(50);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Lease.Hold(
            TimeSpan.FromSeconds(10), TimeProvider.System, _ => Task.FromResult(true), token => Task.Delay(Timeout.Infinite, token), stop.Token));
    }

    [Fact]
    public async Task An_error_of_the_work_comes_out() =>
        await Assert.ThrowsAsync<InvalidDataException>(() => Lease.Hold(
            Short, TimeProvider.System, _ => Task.FromResult(true), _ => throw new InvalidDataException(), default));
}
