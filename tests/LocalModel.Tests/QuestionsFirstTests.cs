namespace Navigator.LocalModel.Tests;

public sealed class QuestionsFirstTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly QuestionsFirst gate;
    private readonly ManualResetEventSlim release = new();

    public QuestionsFirstTests() => gate = new QuestionsFirst(questions: 2, clock);

    public void Dispose()
    {
        gate.Dispose();
        release.Dispose();
    }

    [Fact]
    public async Task A_question_runs_while_passages_run()
    {
        var passages = gate.Passages(Blocked, default);

        Assert.True(await gate.Question(() => true, default));

        Assert.False(passages.IsCompleted);
        release.Set();
        Assert.True(await passages);
    }

    [Fact]
    public async Task Questions_that_run_and_that_wait_are_counted()
    {
        var questions = Enumerable.Range(0, 5).Select(_ => gate.Question(Blocked, default)).ToList();
        Assert.Equal((2, 3), gate.Now);

        release.Set();
        await Task.WhenAll(questions);
        Assert.Equal((0, 0), gate.Now);
    }

    [Fact]
    public async Task Passages_begin_after_the_questions_that_are_there()
    {
        var question = gate.Question(Blocked, default);
        var passages = gate.Passages(() => question.IsCompleted || release.IsSet, default);

        Assert.False(passages.IsCompleted);
        release.Set();
        Assert.True(await passages);
        Assert.True(await question);
    }

    [Fact]
    public async Task Passages_wait_no_longer_than_the_longest_pause()
    {
        var question = gate.Question(Blocked, default);
        var passages = gate.Passages(() => true, default);

        clock.Advance(QuestionsFirst.LongestPause);

        Assert.True(await passages);
        Assert.False(question.IsCompleted);
        release.Set();
        await question;
    }

    [Fact]
    public async Task A_slice_of_passages_waits_for_the_one_before_and_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var first = gate.Passages(Blocked, default);
        var second = gate.Passages(() => true, cancel.Token);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        release.Set();
        Assert.True(await first);
        Assert.True(await gate.Passages(() => true, default));
    }

    private bool Blocked() => release.Wait(TimeSpan.FromMinutes(1));
}
