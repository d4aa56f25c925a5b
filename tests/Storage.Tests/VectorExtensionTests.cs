using Navigator.Storage.Passages;

namespace Navigator.Storage.Tests;

/// <summary>Which versions of pgvector a start warns about.</summary>
public sealed class VectorExtensionTests
{
    [Theory]
    [InlineData("0.8.0", true)]
    [InlineData("0.8.3", true)]
    [InlineData("0.8.4", false)]
    [InlineData("0.10.0", false)]
    [InlineData("unknown", false)]
    [InlineData(null, false)]
    public void Versions_before_the_repaired_one_are_outdated(string? installed, bool outdated) =>
        Assert.Equal(outdated, VectorExtension.IsOutdated(installed));
}
