using Microsoft.Extensions.Configuration;
using Navigator.Runtime;
using Navigator.Runtime.Limits;
using Navigator.Workers.Ingestion.Extraction;

namespace Navigator.Workers.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("800ms", 800)]
    [InlineData("30s", 30_000)]
    [InlineData("90s", 90_000)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("30d", 2_592_000_000)]
    [InlineData("0ms", 0)]
    [InlineData("-5s", -5_000)]
    public void A_whole_number_with_its_unit_is_read_and_written_as_it_was(string text, long milliseconds)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Duration.Parse(text));
        Assert.Equal(Duration.Parse(text), Duration.Parse(Duration.Write(Duration.Parse(text))));
    }

    [Theory]
    [InlineData(1_500, "1500ms")]
    [InlineData(90_000, "90s")]
    [InlineData(604_800_000, "7d")]
    [InlineData(0, "0ms")]
    public void It_is_written_in_the_largest_unit_that_fits(long milliseconds, string text) =>
        Assert.Equal(text, Duration.Write(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData("800")]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("1.5s")]
    [InlineData("5 m")]
    [InlineData("5M")]
    [InlineData("00:05:00")]
    [InlineData("5s\n")]
    [InlineData("999999999999999999d")]
    public void Anything_else_is_refused_with_how_to_write_it(string text) =>
        Assert.Contains("800ms, 30s, 5m, 2h or 30d", Assert.Throws<FormatException>(() => Duration.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Canary:Late", "0ms", "canary.Late must be between 100ms and 10m.")]
    [InlineData("Canary:Late", "-1s", "canary.Late must be between 100ms and 10m.")]
    [InlineData("Canary:Late", "11m", "canary.Late must be between 100ms and 10m.")]
    [InlineData("Canary:Late", "15000", "Concurrency:Canary:Late")]
    [InlineData("Canary:Late", "15000", "'15000' is not a duration")]
    public void A_setting_that_is_none_or_out_of_range_is_named(string key, string value, string said) =>
        Assert.Contains(said, Assert.Throws<StartupException>(() => Policies.With((key, value))).Message, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Other_sections_are_read_by_the_same_rule()
    {
        _ = Policies.With();

        IngestionOptions Read(string time) => new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Ingestion:PdfTimeout", (string?)time)]).Build()
            .GetSection("Ingestion").Get<IngestionOptions>()!;

        Assert.Equal(TimeSpan.FromSeconds(90), Read("90s").PdfTimeout);
        // As .NET itself writes them; libraries' own options have such ranges.
        Assert.Equal(TimeSpan.FromSeconds(90), Read("00:01:30").PdfTimeout);
        Assert.Contains("'90' is not a duration", Assert.Throws<InvalidOperationException>(() => Read("90")).InnerException!.Message,
            StringComparison.Ordinal);
    }
}
