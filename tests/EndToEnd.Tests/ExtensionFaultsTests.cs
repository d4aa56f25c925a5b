using Navigator.Cli.Checks;

namespace Navigator.EndToEnd.Tests;

/// <summary>Known faults of pgvector's versions. A server has one version, so that the table is tested without it.</summary>
public sealed class ExtensionFaultsTests
{
    [Theory]
    [InlineData("0.7.4", "fail", "no iterative scans")]
    [InlineData("0.8.0", "warn", "CVE-2026-3172")]
    [InlineData("0.8.1", "warn", "CVE-2026-3172")]
    [InlineData("0.8.1", "warn", "vacuum may corrupt")]
    [InlineData("0.8.2", "warn", "vacuum may corrupt")]
    [InlineData("0.8.3", "warn", "vacuum may corrupt")]
    [InlineData("0.8.4", "ok", "without a known fault")]
    [InlineData("0.9.0", "ok", "without a known fault")]
    [InlineData("trunk", "warn", "not a version")]
    public void A_version_is_judged_by_what_is_known_of_it(string version, string outcome, string found)
    {
        var finding = ExtensionFaults.Judge("database.extensions", "vector", version);

        Assert.Equal(outcome, finding.Outcome.ToString(), ignoreCase: true);
        Assert.Contains(found, finding.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.8.0", "0.8.4")]
    [InlineData("0.8.3", "0.8.4")]
    public void The_version_to_install_mends_all_of_its_faults(string version, string mended) =>
        Assert.StartsWith($"Install {mended} or newer", ExtensionFaults.Judge("x", "vector", version).Mend, StringComparison.Ordinal);

    [Theory]
    [InlineData(9, "ok")]
    [InlineData(-11, "warn")]
    [InlineData(59, "warn")]
    [InlineData(-600, "fail")]
    public void A_clock_that_differs_by_10_s_is_a_warning_and_by_60_s_a_failure(int seconds, string outcome) =>
        Assert.Equal(outcome, ClockCheck.Compare("clock", TimeSpan.FromSeconds(seconds), "two").Outcome.ToString(), ignoreCase: true);
}
