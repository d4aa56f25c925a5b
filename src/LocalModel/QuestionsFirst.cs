namespace Navigator.LocalModel;

/// <summary>
/// Questions run at once, up to a limit. Passages run one slice at a time and let questions pass first, but wait for them no longer than
/// <see cref="LongestPause"/>, so that a steady flow of questions slows ingestion down and does not stop it.
/// </summary>
internal sealed class QuestionsFirst(int questions, TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim questionPermits = new(questions);
    private readonly SemaphoreSlim passagePermit = new(1);
    private readonly Lock sync = new();
    private int asking, running;
    private TaskCompletionSource quiet = Quiet();

    /// <summary>Questions that are embedded now, and those that wait for a permit.</summary>
    public (int Running, int Waiting) Now => (Volatile.Read(ref running), Math.Max(0, Volatile.Read(ref asking) - Volatile.Read(ref running)));

    public async Task<T> Question<T>(Func<T> run, CancellationToken token)
    {
        lock (sync)
        {
            if (asking++ == 0)
                quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        try
        {
            await questionPermits.WaitAsync(token);
            Interlocked.Increment(ref running);
            try
            {
                return await Task.Run(run, token);
            }
            finally
            {
                Interlocked.Decrement(ref running);
                questionPermits.Release();
            }
        }
        finally
        {
            lock (sync)
            {
                if (--asking == 0)
                    quiet.SetResult();
            }
        }
    }

    public async Task<T> Passages<T>(Func<T> run, CancellationToken token)
    {
        await passagePermit.WaitAsync(token);
        try
        {
            await UntilQuiet(token);
            return await Task.Run(run, token);
        }
        finally
        {
            passagePermit.Release();
        }
    }

    public void Dispose()
    {
        questionPermits.Dispose();
        passagePermit.Dispose();
    }

    private async Task UntilQuiet(CancellationToken token)
    {
        Task noQuestion;
        lock (sync)
            noQuestion = quiet.Task;
        try
        {
            await noQuestion.WaitAsync(LongestPause, clock, token);
        }
        catch (TimeoutException)
        {
            // Passages have waited long enough.
        }
    }

    private static TaskCompletionSource Quiet()
    {
        var quiet = new TaskCompletionSource();
        quiet.SetResult();
        return quiet;
    }
}
