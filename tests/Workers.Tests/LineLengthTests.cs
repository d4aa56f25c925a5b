using Navigator.Servers;

namespace Navigator.Workers.Tests;

public class LineLengthTests
{
    private const int Longest = 150;

    [Fact]
    public void No_line_of_code_is_longer_than_a_reviewer_sees_at_once()
    {
        var files = new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(ServerSet.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(ServerSet.Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .ToList();
        Assert.True(files.Count > 200, $"only {files.Count} files were found");

        Assert.Empty(files.SelectMany(file => TooLong(file, File.ReadAllLines(Path.Combine(ServerSet.Root, file)))));
    }

    /// <summary>What a raw literal holds is data (a prompt, SQL, JSON): a break would change it.</summary>
    private static IEnumerable<string> TooLong(string file, string[] lines)
    {
        var isRaw = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var fences = lines[i].Split("\"\"\"").Length - 1;
            if (!isRaw && fences == 0 && lines[i].Length > Longest)
                yield return $"{file}:{i + 1}: {lines[i].Length} characters";
            isRaw ^= fences % 2 == 1;
        }
    }
}
