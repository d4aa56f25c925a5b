using System.Text.Json;
using Navigator.Contracts.Http;
using Navigator.Contracts.Ingestion;
using Navigator.Runtime.Flow;
using Navigator.Runtime.Limits;
using Navigator.Storage.Documents;

namespace Navigator.Workers.Tests.Flow;

/// <summary>Every pair of a status and an event, by name, and what the machine makes of it.</summary>
public sealed class DocumentMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 10, 0, 0, TimeSpan.Zero);

    private static readonly DocumentLimits Limits = new()
    {
        Deadline = TimeSpan.FromMinutes(10),
        Lease = TimeSpan.FromSeconds(30),
        Attempts = 3,
        EnqueueGrace = TimeSpan.FromSeconds(10),
        Reembed = 1,
    };

    private static readonly Dictionary<string, Func<DocumentRecord, DocumentEvent>> Events = new()
    {
        ["uploaded again"] = _ => new DocumentEvent.UploadedAgain("new title", "text/plain", Limits),
        ["claimed"] = row => new DocumentEvent.Claimed(row.Attempt, "w2", false, Limits),
        ["taken over"] = row => new DocumentEvent.Claimed(row.Attempt, "w2", true, Limits),
        ["renewed"] = row => new DocumentEvent.LeaseRenewed(row.Attempt, "w1", Limits),
        ["text extracted"] = row => new DocumentEvent.TextExtracted(row.Attempt, 2, 100, KeepsOriginal: true, Limits),
        ["text extracted, original not kept"] = row => new DocumentEvent.TextExtracted(row.Attempt, 2, 100, KeepsOriginal: false, Limits),
        ["some embedded"] = row => new DocumentEvent.PassagesEmbedded(row.Attempt, "m", 46),
        ["last embedded"] = row => new DocumentEvent.PassagesEmbedded(row.Attempt, "m", 100),
        ["some embedded by another model"] = row => new DocumentEvent.PassagesEmbedded(row.Attempt, "next", 46),
        ["last embedded by another model"] = row => new DocumentEvent.PassagesEmbedded(row.Attempt, "next", 100),
        ["failed"] = row => new DocumentEvent.Failed(row.Attempt, new ChatError("document_encrypted", "Encrypted.")),
        ["due"] = row => new DocumentEvent.BecameDue(row, Limits),
    };

    /// <summary>What follows where an event changes something; what is not named here changes nothing.</summary>
    private static readonly Dictionary<(DocumentStatus, string), string> Expected = new()
    {
        [(DocumentStatus.Queued, "claimed")] = "extracting 1",
        [(DocumentStatus.Queued, "taken over")] = "extracting 1",
        [(DocumentStatus.Queued, "failed")] = "failed 1, drops content",
        [(DocumentStatus.Queued, "due")] = "queued 1, sends 1",
        [(DocumentStatus.Extracting, "taken over")] = "extracting 2",
        [(DocumentStatus.Extracting, "renewed")] = "extracting 1",
        [(DocumentStatus.Extracting, "text extracted")] = "searchable 1, sends 2",
        [(DocumentStatus.Extracting, "text extracted, original not kept")] = "searchable 1, sends 2, drops content",
        [(DocumentStatus.Extracting, "failed")] = "failed 1, drops content",
        [(DocumentStatus.Extracting, "due")] = "queued 2, sends 1",
        [(DocumentStatus.Searchable, "some embedded")] = "searchable 1",
        [(DocumentStatus.Searchable, "last embedded")] = "ready 1, vectors of m",
        [(DocumentStatus.Searchable, "some embedded by another model")] = "searchable 1",
        [(DocumentStatus.Searchable, "last embedded by another model")] = "ready 1, vectors of next",
        [(DocumentStatus.Ready, "some embedded by another model")] = "ready 1",
        [(DocumentStatus.Ready, "last embedded by another model")] = "ready 1, vectors of m and next",
        [(DocumentStatus.Searchable, "failed")] = "failed 1, drops content",
        [(DocumentStatus.Searchable, "due")] = "searchable 1, sends 2",
        [(DocumentStatus.Failed, "uploaded again")] = "queued 2, sends 1",
    };

    public static TheoryData<DocumentStatus, string> Pairs()
    {
        var pairs = new TheoryData<DocumentStatus, string>();
        foreach (var status in Enum.GetValues<DocumentStatus>())
        {
            foreach (var name in Events.Keys)
                pairs.Add(status, name);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_pair_of_status_and_event(DocumentStatus status, string happened)
    {
        var row = Row(status);

        var change = DocumentMachine.Decide(row, Events[happened](row));

        Assert.Equal(Expected.GetValueOrDefault((status, happened)), change is null ? null : Describe(change, Events[happened](row)));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_report_of_an_attempt_before_changes_nothing(DocumentStatus status, string happened)
    {
        var row = Row(status);
        var late = Events[happened](row with { Attempt = row.Attempt - 1 });

        if (late is not (DocumentEvent.UploadedAgain or DocumentEvent.BecameDue))
            Assert.Null(DocumentMachine.Decide(row, late));
    }

    [Fact]
    public void A_document_that_changed_since_it_was_taken_is_not_repaired()
    {
        var row = Row(DocumentStatus.Extracting);

        Assert.Null(DocumentMachine.Decide(row with { Version = row.Version + 1 }, new DocumentEvent.BecameDue(row, Limits)));
        Assert.Null(DocumentMachine.Decide(row with { DueAt = Now + TimeSpan.FromSeconds(1) }, new DocumentEvent.BecameDue(row, Limits)));
    }

    [Theory]
    [InlineData(DocumentStatus.Queued)]
    [InlineData(DocumentStatus.Extracting)]
    [InlineData(DocumentStatus.Searchable)]
    public void A_deadline_ends_it_and_a_worker_can_no_longer_claim_it(DocumentStatus status)
    {
        var row = Row(status) with { Now = Now + Limits.Deadline };

        Assert.Null(DocumentMachine.Decide(row, new DocumentEvent.Claimed(row.Attempt, "w2", true, Limits)));
        var change = DocumentMachine.Decide(row, new DocumentEvent.BecameDue(row, Limits))!;
        Assert.Equal("ingestion_timeout", change.To.Error!.Code);
        Assert.True(change is { Ends: true, DropsContent: true });
        Assert.Equal(status == DocumentStatus.Searchable, change.DropsPassages);
        var written = change.WrittenAt(row.Now);
        Assert.Equal((row.Now, null), (written.FinishedAt!.Value, written.DueAt));
    }

    [Fact]
    public void The_last_attempt_is_not_taken_over_and_when_it_is_due_the_document_has_failed()
    {
        var row = Row(DocumentStatus.Extracting) with { Attempt = Limits.Attempts };

        Assert.Null(DocumentMachine.Decide(row, new DocumentEvent.Claimed(row.Attempt, "w2", true, Limits)));
        Assert.Equal("attempts_exhausted", DocumentMachine.Decide(row, new DocumentEvent.BecameDue(row, Limits))!.To.Error!.Code);
    }

    [Fact]
    public void The_lease_is_renewed_by_its_worker_only() =>
        Assert.Null(DocumentMachine.Decide(Row(DocumentStatus.Extracting), new DocumentEvent.LeaseRenewed(1, "w2", Limits)));

    /// <summary>And never later than the deadline.</summary>
    [Fact]
    public void What_may_be_lost_is_sent_again_after_twice_the_time()
    {
        var fresh = Row(DocumentStatus.Queued);
        var waiting = fresh with { Now = Now + TimeSpan.FromMinutes(2) };
        var late = fresh with { Now = Now + TimeSpan.FromMinutes(8) };

        Assert.Equal(Limits.EnqueueGrace, DueIn(fresh));
        Assert.Equal(TimeSpan.FromMinutes(2), DueIn(waiting));
        Assert.Equal(TimeSpan.FromMinutes(8), DueIn(late));
        Assert.Equal(late.DeadlineAt, DocumentMachine.Decide(late, new DocumentEvent.BecameDue(late, Limits))!.WrittenAt(late.Now).DueAt);

        static TimeSpan? DueIn(DocumentRecord row) => DocumentMachine.Decide(row, new DocumentEvent.BecameDue(row, Limits))!.DueIn;
    }

    [Fact]
    public void One_that_failed_starts_again_with_all_its_time()
    {
        var row = Row(DocumentStatus.Failed) with { Now = Now + TimeSpan.FromHours(5) };

        var change = DocumentMachine.Decide(row, Events["uploaded again"](row))!;

        var written = change.WrittenAt(row.Now);
        Assert.Equal((row.Now + Limits.Deadline, row.Now + Limits.EnqueueGrace), (written.DeadlineAt, written.DueAt!.Value));
        Assert.Equal(("new title", null, null), (written.Title, written.Error, written.FinishedAt));
        Assert.True(change is { DropsContent: false, To.HasContent: true });
    }

    [Fact]
    public void What_was_not_kept_is_not_dropped_once_more()
    {
        var row = Row(DocumentStatus.Searchable) with { HasContent = false };

        foreach (var happened in (string[])["some embedded", "last embedded", "failed", "due"])
            Assert.True(DocumentMachine.Decide(row, Events[happened](row)) is { DropsContent: false, To.HasContent: false }, happened);
    }

    [Fact]
    public void Each_run_of_passages_has_its_message()
    {
        var commands = DocumentMachine.CommandsOf(Row(DocumentStatus.Searchable) with { Passages = 129 }).Cast<EmbedPassages>();

        Assert.Equal([(0, 64), (64, 64), (128, 64)], commands.Select(command => (command.First, command.Count)));
    }

    private static string Describe(DocumentChange change, DocumentEvent happened)
    {
        var written = change.WrittenAt(Now);
        var commands = DocumentMachine.CommandsAfter(happened, written).Count;
        var sends = commands > 0 ? $", sends {commands}" : "";
        var drops = change.DropsContent ? ", drops content" : "";
        var vectors = change.CompletesVectors ? $", vectors of {string.Join(" and ", written.EmbeddedBy)}" : "";
        return $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(written.Status.ToString())} {written.Attempt}{sends}{drops}{vectors}";
    }

    private static DocumentRecord Row(DocumentStatus status) => new()
    {
        Id = Guid.CreateVersion7(),
        Tenant = "a",
        Title = "policy",
        MediaType = "application/pdf",
        Bytes = 10,
        HasContent = status != DocumentStatus.Failed,
        Status = status,
        Attempt = 1,
        ClaimedBy = status == DocumentStatus.Extracting ? "w1" : null,
        Pages = status is DocumentStatus.Searchable or DocumentStatus.Ready ? 2 : null,
        Passages = status is DocumentStatus.Searchable or DocumentStatus.Ready ? 100 : null,
        Embedded = status switch { DocumentStatus.Searchable => 36, DocumentStatus.Ready => 100, _ => 0 },
        EmbeddingModel = status == DocumentStatus.Ready ? "m" : null,
        EmbeddedBy = status == DocumentStatus.Ready ? ["m"] : [],
        Error = status == DocumentStatus.Failed ? new ChatError("document_encrypted", "Encrypted.") : null,
        Version = 7,
        CreatedAt = Now,
        FinishedAt = status is DocumentStatus.Ready or DocumentStatus.Failed ? Now : null,
        DeadlineAt = Now + Limits.Deadline,
        DueAt = status is DocumentStatus.Ready or DocumentStatus.Failed ? null : Now,
        Now = Now,
    };
}
