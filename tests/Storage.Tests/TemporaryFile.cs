namespace Navigator.Storage.Tests;

/// <summary>The path of a file in a folder of its own, which goes with it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("navigator-test-");

    public string Path => System.IO.Path.Combine(folder.FullName, "navigator.db");

    public void Dispose() => folder.Delete(recursive: true);
}
