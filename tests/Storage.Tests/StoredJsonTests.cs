using System.Reflection;
using Navigator.Contracts.Chat;
using Navigator.Storage.Ledger;

namespace Navigator.Storage.Tests;

/// <summary>What stands in the JSON columns: by which records it is written, and what of it can be read.</summary>
public sealed class StoredJsonTests
{
    [Theory]
    [InlineData("""{"web":true,"colour":"red"}""", "JobOptions is not stored in a form that this program reads (at $.colour).")]
    [InlineData("""{"web":"a secret"}""", "JobOptions is not stored in a form that this program reads (at $.web).")]
    [InlineData("""{"format":3,"web":true}""", "JobOptions is stored in format 3; this program reads format 2. A newer program wrote it.")]
    [InlineData("""{"format":3,"web":true,"x":"red"}""", "JobOptions is stored in format 3; this program reads format 2. A newer program wrote it.")]
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

        Assert.StartsWith("""{"format":2,""", json, StringComparison.Ordinal);
        Assert.Equal("answer_failed", StoredJson.Read<ReplaySelection>(json).ErrorCode);
        Assert.Equal([JobStatus.Failed], StoredJson.Read<ReplaySelection>("""{"format":1,"statuses":["failed"]}""").Statuses);
    }

    [Fact]
    public void A_plan_is_written_as_it_always_was_and_other_tools_stand_under_their_names()
    {
        var claims = new Tool("claims");
        var plan = new JobPlan("q", "en", new WaveQueries((Tool.Documents, ["d"]), (claims, ["c"])))
        {
            Second = new WaveQueries((Tool.WebSearch, ["w"]), (claims, ["more"])),
        };

        var json = StoredJson.Write(plan);
        var read = StoredJson.Read<JobPlan>(json);

        Assert.Equal(
            """{"format":1,"question":"q","language":"en","document_queries":["d"],"web_queries":[],"other_queries":{"claims":["c"]}"""
            + ""","by":"rules","translated":false,"small_talk":false,"second":{"documents":[],"web":["w"],"others":{"claims":["more"]}},"wave":1}""",
            json);
        Assert.Equal([Tool.Documents, claims], read.Tools());
        Assert.Equal(["c"], read.First.Of(claims));
        Assert.Equal(["w", "more"], [.. read.Second!.Of(Tool.WebSearch), .. read.Second.Of(claims)]);
    }

    [Fact]
    public void What_a_tool_found_is_read_strictly_when_it_is_asked_for_and_kept_as_it_stands_until_then()
    {
        const string Stored = """{"format":1,"claims":{"colour":"red"},"web_search":{"pages":[],"elapsed_ms":3,"colour":"red"}}""";
        var results = StoredJson.Read<ToolResults>(Stored);

        Assert.Equal(Stored, StoredJson.Write(results));
        Assert.Null(results.Of<DocumentsResult>(Tool.Documents));
        Assert.Equal("WebSearchResult is not stored in a form that this program reads (at $.colour).",
            Assert.Throws<StoredFormatException>(() => results.Of<WebSearchResult>(Tool.WebSearch)).Message);
        Assert.Equal(4, StoredJson.Read<ToolResults>(StoredJson.Write(results.With(Tool.WebSearch, new WebSearchResult([], 4))))
            .Of<WebSearchResult>(Tool.WebSearch)!.ElapsedMs);
        Assert.Equal("ToolResults is stored in format 2; this program reads format 1. A newer program wrote it.",
            Assert.Throws<StoredFormatException>(() => StoredJson.Read<ToolResults>("""{"format":2}""")).Message);
    }

    /// <summary>So that no change of a name on HTTP can lose what is stored.</summary>
    [Fact]
    public void Nothing_that_is_stored_is_a_record_of_HTTP()
    {
        var seen = new HashSet<Type>();
        foreach (var type in StoredJson.Types.Concat(typeof(ToolResult).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ToolResult)))))
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
