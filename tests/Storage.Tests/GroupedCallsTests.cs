namespace Navigator.Storage.Tests;

public class GroupedCallsTests
{
    private readonly List<int[]> calls = [];
    private readonly Queue<TaskCompletionSource> held = [];

    [Fact]
    public async Task A_lone_item_is_called_for_at_once()
    {
        Assert.Equal(2, await Calls().Run(1, Soon, default));

        Assert.Equal([[1]], calls);
    }

    [Fact]
    public async Task What_arrives_while_a_call_is_under_way_goes_together_in_the_next_up_to_the_limit()
    {
        var (first, grouped) = (Hold(), Calls(largest: 3));
        var running = Enumerable.Range(1, 6).Select(item => grouped.Run(item, Soon, default)).ToList();
        Assert.Equal([[1]], calls);

        first.SetResult();

        Assert.Equal(new[] { 2, 3, 4, 5, 6, 7 }, await Task.WhenAll(running));
        Assert.Equal([[1], [2, 3, 4], [5, 6]], calls);
    }

    [Fact]
    public async Task With_room_for_two_calls_the_second_item_waits_for_none()
    {
        var (first, grouped) = (Hold(), Calls(atOnce: 2));
        var one = grouped.Run(1, Soon, default);

        Assert.Equal(3, await grouped.Run(2, Soon, default));
        Assert.False(one.IsCompleted);
        first.SetResult();
        Assert.Equal(2, await one);
    }

    [Fact]
    public async Task An_item_at_fault_fails_alone()
    {
        var (first, grouped) = (Hold(), Calls());
        var running = new[] { 1, 2, -3, 4 }.Select(item => grouped.Run(item, Soon, default)).ToList();
        first.SetResult();

        await Assert.ThrowsAsync<ArgumentException>(() => running[2]);
        Assert.Equal(new[] { 2, 3, 5 }, await Task.WhenAll(running[0], running[1], running[3]));
        Assert.Equal([[1], [2, -3, 4], [2], [-3], [4]], calls);
    }

    [Fact]
    public async Task A_failure_of_the_call_itself_is_every_items()
    {
        var (first, grouped) = (Hold(), Calls());
        var one = grouped.Run(1, Soon, default);
        var (two, three) = (grouped.Run(2, Soon, default), grouped.Run(3, Soon, default));
        Hold().SetException(new TimeoutException("away"));
        first.SetResult();

        await one;
        await Assert.ThrowsAsync<TimeoutException>(() => two);
        await Assert.ThrowsAsync<TimeoutException>(() => three);
        Assert.Equal(5, await grouped.Run(4, Soon, default));
    }

    [Fact]
    public async Task A_caller_that_gives_up_before_its_call_takes_only_its_own_item_along()
    {
        var (first, grouped) = (Hold(), Calls());
        using var gaveUp = new CancellationTokenSource();
        var one = grouped.Run(1, Soon, default);
        var (two, three) = (grouped.Run(2, Soon, gaveUp.Token), grouped.Run(3, Soon, default));

        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        first.SetResult();

        Assert.Equal(new[] { 2, 4 }, await Task.WhenAll(one, three));
        Assert.Equal([[1], [3]], calls);
    }

    [Fact]
    public async Task A_caller_waits_no_longer_than_its_patience_and_stops_no_call()
    {
        var (first, grouped) = (Hold(), Calls());
        var one = grouped.Run(1, Soon, default);

        await Assert.ThrowsAsync<TimeoutException>(() => grouped.Run(2, TimeSpan.FromMilliseconds(20), default));
        first.SetResult();

        Assert.Equal(2, await one);
    }

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>The next call waits for this.</summary>
    private TaskCompletionSource Hold()
    {
        var release = new TaskCompletionSource();
        held.Enqueue(release);
        return release;
    }

    private GroupedCalls<int, int> Calls(int largest = 64, int atOnce = 1) => new(largest, atOnce, Call, error => error is ArgumentException);

    private async Task<IReadOnlyList<int>> Call(IReadOnlyList<int> items)
    {
        calls.Add([.. items]);
        if (held.TryDequeue(out var release))
            await release.Task;
        return items.Any(item => item < 0) ? throw new ArgumentException("negative", nameof(items)) : [.. items.Select(item => item + 1)];
    }
}
