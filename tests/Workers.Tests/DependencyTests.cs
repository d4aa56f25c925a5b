using System.Text.RegularExpressions;
using System.Xml.Linq;
using Navigator.Servers;

namespace Navigator.Workers.Tests;

public partial class DependencyTests
{
    [Fact]
    public void Every_package_has_a_row_in_the_table_of_dependencies_and_no_row_is_left_over()
    {
        var pinned = XDocument.Load(Path.Combine(ServerSet.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value);
        var rows = Row().Matches(File.ReadAllText(Path.Combine(ServerSet.Root, "docs", "dependencies.md")))
            .Select(row => row.Groups["package"].Value).Where(package => package != "package");

        Assert.Equal(pinned.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| (?<package>[A-Za-z][A-Za-z0-9.]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
