using System.Reflection;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;
using Navigator.Storage.Replays;

namespace Navigator.Storage.Tests;

/// <summary>What stands in the JSON columns: by which records it is written, and what of it can be read.</summary>
public sealed class StoredJsonTests
{
    [Theory]
    [InlineData("""{"web":true,"colour":"red"}""", "JobOptions is not stored as this program knows it (at $.colour).")]
    [InlineData("""{"web":"a secret"}""", "JobOptions is not stored as this program knows it (at $.web).")]
    [InlineData("""{"format":2,"web":true}""", "JobOptions is stored in format 2, and this program knows 1: a newer one wrote it.")]
    [InlineData("""{"format":2,"web":true,"colour":"red"}""", "JobOptions is stored in format 2, and this program knows 1: a newer one wrote it.")]
    public void What_is_not_known_is_refused_and_not_lost_and_not_quoted(string json, string problem) =>
        Assert.Equal(problem, Assert.Throws<StoredFormatException>(() => StoredJson.Read<JobOptions>(json)).Message);

    [Fact]
    public void A_list_names_the_newest_of_its_formats() =>
        Assert.StartsWith("JobEnd[] is stored in format 7", Assert.Throws<StoredFormatException>(() => StoredJson.Read<JobEnd[]>(
            """
            [{"status":"failed","attempt":1,"finished_at":"2026-11-24T10:00:00+00:00","error":{"code":"c","message":"m"}}, {"format":7}]
            """)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_written_names_its_format_and_is_read_as_it_was()
    {
        var selection = new ReplaySelection([JobStatus.Failed], ErrorCode: "answer_failed");

        var json = StoredJson.Write(selection);

        Assert.StartsWith("""{"format":1,""", json, StringComparison.Ordinal);
        Assert.Equal("answer_failed", StoredJson.Read<ReplaySelection>(json).ErrorCode);
    }

    /// <summary>So that no change of a name on HTTP can lose what is stored.</summary>
    [Fact]
    public void Nothing_that_is_stored_is_a_record_of_HTTP()
    {
        var seen = new HashSet<Type>();
        foreach (var type in StoredJson.Types)
            Visit(type);

        Assert.True(seen.Count >= 12, string.Join(", ", seen));
        Assert.DoesNotContain(seen, type => type.Namespace == "Navigator.Contracts.Http");

        void Visit(Type type)
        {
            if (type.Namespace?.StartsWith("Navigator", StringComparison.Ordinal) != true || !seen.Add(type))
            {
                foreach (var argument in type.GetGenericArguments())
                    Visit(argument);
                return;
            }
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
                Visit(property.PropertyType);
        }
    }
}
