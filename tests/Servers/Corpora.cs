using Xunit;

namespace Navigator.Servers;

/// <summary>Public corpora beside the repository; absent in a stranger's clone.</summary>
public static class Corpora
{
    /// <returns>Null where it is absent.</returns>
    public static string? Find(string path)
    {
        var file = Path.Combine(ServerSet.Root, "..", "shared", "data", path);
        return File.Exists(file) ? Path.GetFullPath(file) : null;
    }

    /// <summary>For tests behind a <see cref="CorpusFactAttribute"/>.</summary>
    public static string Get(string path) => Find(path) ?? throw new FileNotFoundException("The corpus is not on this machine.", path);
}

/// <summary>A test that needs a public corpus; where that is absent, it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute(string path)
    {
        Path = path;
        if (Corpora.Find(path) is null)
            Skip = $"The corpus {path} is not on this machine.";
    }

    public string Path { get; }
}

/// <summary>The same for a theory.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute(string path)
    {
        Path = path;
        if (Corpora.Find(path) is null)
            Skip = $"The corpus {path} is not on this machine.";
    }

    public string Path { get; }
}
