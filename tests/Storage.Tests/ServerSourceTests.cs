using Navigator.Servers;

namespace Navigator.Storage.Tests;

public class ServerSourceTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("containers", ServerWay.Containers)]
    [InlineData("packages", ServerWay.Packages)]
    [InlineData("environment", ServerWay.Environment)]
    public void An_override_names_the_way_that_test_servers_come(string? value, ServerWay? way) => Assert.Equal(way, ServerSource.Parse(value));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Containers ")]
    public void Any_other_override_is_refused_with_one_line_that_says_what_to_set(string value)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => ServerSource.Parse(value));

        Assert.Equal(
            $"NAVIGATOR_TEST_SERVERS is '{value}'. Set it to containers, packages or environment, or unset it to take the first way that works.",
            refusal.Message);
    }
}
