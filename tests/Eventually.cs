namespace Navigator;

/// <summary>
/// Waits for what always comes in the end, as long as it takes on a machine that is doing something else. A test that waits so fails by
/// the limit alone, and never because it looked too early.
/// </summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    public static Task Holds(Func<bool> condition, Func<string>? otherwise = null) => Holds(() => Task.FromResult(condition()), otherwise);

    /// <param name="otherwise">What to say when it did not come to that.</param>
    public static async Task Holds(Func<Task<bool>> condition, Func<string>? otherwise = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, otherwise?.Invoke() ?? $"It did not come to that within {Limit}.");
            await Task.Delay(Between);
        }
    }
}
