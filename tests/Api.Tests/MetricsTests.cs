namespace Navigator.Api.Tests;

public sealed class MetricsTests
{
    [Fact]
    public async Task A_gauge_ends_with_its_host_and_is_shown_once_by_the_next()
    {
        string[] names;
        using (var first = new ApiHost())
            names = Gauges(await Read(first));
        Assert.Contains("navigator_limit_max", names);
        Assert.Contains("navigator_log_lines_lost", names);
        using var second = new ApiHost();

        var text = await Read(second);

        Assert.Equal(names, Gauges(text));
        Assert.Single(Lines(text), line => line.StartsWith("navigator_limit_max{kind=\"queue\",name=\"search-web\"}", StringComparison.Ordinal));
    }

    /// <summary>Shown by name, with one line for each time it is shown. The circuit's are counted over the life of the process.</summary>
    private static string[] Gauges(string text) => [.. Lines(text)
        .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal) && line.EndsWith(" gauge", StringComparison.Ordinal))
        .Select(line => line.Split(' ')[2])];

    private static string[] Lines(string text) => text.Split('\n');

    private static async Task<string> Read(ApiHost host) => await host.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
}
