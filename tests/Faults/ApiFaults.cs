using Xunit.Abstractions;

namespace Navigator.Faults.Tests;

public sealed class ApiFaults(FaultServers servers, ITestOutputHelper output) : Scenario(servers, output)
{
    [FaultFact]
    public async Task An_api_is_killed_between_commit_and_response() => await Run(
        async stage =>
        {
            for (var i = 0; i < 100 && !stage.System.Apis[0].HasExited; i++)
                await Task.Delay(100);
            Assert.True(stage.System.Apis[0].HasExited, "The fail point was not reached.");
            await stage.System.Apis[0].DisposeAsync();
            stage.System.Apis[0] = stage.System.StartApi(0);
            await Task.Delay(Seconds(3, 5));
        },
        apiFailPoint: "after-acceptance:15");

    [FaultFact]
    public async Task Apis_and_workers_are_restarted_one_after_the_other() => await Run(
        async stage =>
        {
            for (var round = 0; round < (Long ? 3 : 1); round++)
                for (var i = 0; i < 2; i++)
                {
                    Assert.Equal(0, await stage.System.Apis[i].Stop());
                    stage.System.Apis[i] = stage.System.StartApi(i);
                    Assert.Equal(0, await stage.System.Workers[i].Stop());
                    stage.System.Remember(stage.System.Workers[i]);
                    stage.System.Workers[i] = stage.System.StartWorker(i);
                    await stage.System.UntilRunning();
                }
        },
        // Nobody is lost: a lease as in production, so that a busy machine is not taken for a dead worker.
        apis: 2, maxCalls: 1,
        after: stage => Assert.DoesNotContain(stage.History.Calls, call => call.Method == "GET" && call.Outcome != "200"),
        settings: [("Concurrency__Http__StatementTimeout", "3s"), ("Concurrency__Postgres__Wait", "3s"),
            ("Concurrency__Job__Lease", "15s")]);
}
