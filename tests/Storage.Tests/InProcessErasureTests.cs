using System.Security.Cryptography;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Storage.Passages;

namespace Navigator.Storage.Tests;

/// <summary>What <see cref="TenantTests"/> shows of PostgreSQL, embedded.</summary>
public class InProcessErasureTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task An_answer_is_not_written_once_its_document_is_gone()
    {
        var corpus = new InProcessCorpus();
        var ledger = new InProcessJobLedger(TimeProvider.System, corpus);
        var documents = new InProcessDocumentStore(corpus, ledger, TimeProvider.System);
        var (document, _) = await documents.Add(
            new NewDocument(Guid.CreateVersion7(), "a", "t", "text/plain", [1], SHA256.HashData([1]), Soon, Soon), default);
        var id = Guid.CreateVersion7();
        await ledger.Submit(new NewJob(id, "a", id.ToString(), "q", new JobOptions(false, null), null, [1], Soon, Soon, new TenantShare(9, 9)),
            default);
        var key = new JobKey(id, 1);
        await ledger.Claim(key, JobStage.Intake, "w", Soon, false, 3, default);
        await ledger.Plan(key, new JobPlan("hello", "en", [], []), [], Soon, default);
        var citation = new JobCitation { Marker = 1, Kind = "document", Title = "t", Quote = "q", Score = 1, DocumentId = document.Id };
        var answer = new JobAnswer { Text = "t [1]", Language = "en", Model = "m", Citations = [citation] };

        await documents.Delete("a", document.Id, default);
        Assert.Null(await ledger.Answer(key, answer, [], default));
        Assert.Equal(JobStatus.Running, (await ledger.Read(id, default))!.Status);
        Assert.NotNull(await ledger.Answer(key, answer with { Citations = [] }, [], default));
    }
}
