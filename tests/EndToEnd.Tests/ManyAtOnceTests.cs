using Navigator.Upstreams;
using Xunit.Abstractions;

namespace Navigator.EndToEnd.Tests;

/// <summary>What the predecessor died of: several people asking at once.</summary>
public sealed class ManyAtOnceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Five_fifty_and_five_hundred_questions_at_once_are_all_answered_by_a_few_threads(int workers)
    {
        await using var upstreams = await UpstreamServer.Start();
        upstreams.Set("embeddings", new Behaviour { LatencyMs = 200 });
        upstreams.Set("answers", new Behaviour { LatencyMs = 200 });
        await using var system = await NavigatorSystem.StartProcesses(workers, upstreams);
        var threads = new List<int>();

        foreach (var many in new[] { 5, 50, 500 })
        {
            var started = DateTime.UtcNow;
            var jobs = await Task.WhenAll(Enumerable.Range(0, many)
                .Select(i => system.Submit(new { question = $"What is covered, number {i} of {many}?" })));
            var peak = 0;
            var ends = Task.WhenAll(jobs.Select(job => system.End(job, TimeSpan.FromSeconds(120))));
            while (await Task.WhenAny(ends, Task.Delay(50)) != ends)
                peak = Math.Max(peak, system.Workers.Append(system.Api).Max(process => process.Threads));
            threads.Add(peak);
            output.WriteLine($"{many} at once: {(DateTime.UtcNow - started).TotalSeconds:0.0} s, at most {peak} threads a process, "
                + $"{system.Workers.Append(system.Api).Max(process => process.MemoryMb)} MB");

            Assert.Equal(many, jobs.Distinct().Count());
            Assert.All(await ends, job => Assert.Equal("answered", job.GetProperty("status").GetString()));
        }

        // Not one each. The pool keeps 64 ready, the runtime has some of its own, and the pool adds more for as long as other programs keep
        // the processors busy.
        Assert.True(threads[2] < 250, string.Join(", ", threads));
        // One call upstream for each question's answer: nothing was done twice.
        Assert.Equal(555, upstreams.CallsOf("answers"));
    }
}
