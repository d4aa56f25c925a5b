using System.Security.Cryptography;
using System.Text.Json;

namespace Navigator.Storage.Moving;

/// <summary>An export whose files are all present and unchanged.</summary>
internal sealed class VerifiedExport
{
    /// <summary>The end of every message that refuses an export.</summary>
    private const string Refused = "Nothing was imported.";

    private readonly string directory;

    private VerifiedExport(string directory, ExportManifest manifest) => (this.directory, Manifest) = (directory, manifest);

    public ExportManifest Manifest { get; }

    /// <summary>Reads and verifies the whole export once.</summary>
    /// <exception cref="MovingException">A file is missing or changed, or this program does not know the format.</exception>
    public static async Task<VerifiedExport> Open(string directory, Action<MovingProgress> progress, CancellationToken token)
    {
        var export = new VerifiedExport(directory, await ReadManifest(Path.Combine(directory, ExportFormat.Manifest), token));
        var (files, checkedFiles) = (ExportedKind.All.Count + export.Manifest.Originals, 0L);
        foreach (var kind in ExportedKind.All)
        {
            await export.Verify(kind, token);
            progress(new MovingProgress("check", ++checkedFiles, files));
        }
        foreach (var document in export.Read<ExportedDocument>(ExportedKind.Documents).Where(document => document.OriginalSha256 is not null))
        {
            var path = export.OriginalOf(document.Id);
            if ((await Summarize(path, token)).Sha256 != document.OriginalSha256)
                throw Changed(path);
            progress(new MovingProgress("check", ++checkedFiles, files));
        }
        return export;
    }

    /// <summary>Number of rows of a kind.</summary>
    public long Count(string kind) => Manifest.Files[ExportFormat.FileOf(kind)].Rows;

    /// <summary>Reads the rows of a kind one by one.</summary>
    public IEnumerable<T> Read<T>(string kind)
    {
        var path = PathOf(kind);
        return File.ReadLines(path).Select((line, i) => Parse<T>(path, i + 1, line));
    }

    /// <summary>The file with a document's bytes.</summary>
    public string OriginalOf(Guid document) => Path.Combine(directory, ExportFormat.Originals, document.ToString());

    private string PathOf(string kind) => Path.Combine(directory, ExportFormat.FileOf(kind));

    private async Task Verify(string kind, CancellationToken token)
    {
        var path = PathOf(kind);
        if (!Manifest.Files.TryGetValue(ExportFormat.FileOf(kind), out var exported))
            throw new MovingException($"{ExportFormat.Manifest} does not list {path}. {Refused}");
        if (await Summarize(path, token) != exported)
            throw Changed(path);
    }

    private static async Task<ExportManifest> ReadManifest(string path, CancellationToken token)
    {
        if (!File.Exists(path))
            throw new MovingException($"{path} does not exist. The export did not finish, or is in another directory. {Refused}");
        var text = await File.ReadAllTextAsync(path, token);
        try
        {
            // The format number is read first, because other formats may have other members.
            var format = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("format").GetInt32();
            if (format != ExportFormat.Number)
                throw new MovingException(
                    $"{path} has format {format}, and this version of Navigator reads format {ExportFormat.Number}. Import it with the version that "
                        + $"exported it. {Refused}");
            return JsonSerializer.Deserialize<ExportManifest>(text, ExportFormat.Json) is { Files: not null } manifest
                ? manifest
                : throw new JsonException("The manifest lists no files.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new MovingException($"{path} is not the manifest of an export. {Refused}", error);
        }
    }

    private static T Parse<T>(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, ExportFormat.Json)!;
        }
        catch (JsonException error)
        {
            // The error's own message is left out, because it may quote a person's text.
            throw new MovingException($"Line {number} of {path} does not match format {ExportFormat.Number}.", error);
        }
    }

    /// <summary>Computes the manifest entry of a file as it is now.</summary>
    private static async Task<ExportedFile> Summarize(string path, CancellationToken token)
    {
        if (!File.Exists(path))
            throw new MovingException($"{path} does not exist, although it belongs to the export. {Refused}");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var (buffer, rows) = (new byte[1 << 20], 0L);
        while (await file.ReadAsync(buffer, token) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            rows += buffer.AsSpan(0, read).Count((byte)'\n');
        }
        return new ExportedFile(rows, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    private static MovingException Changed(string path) =>
        new($"{path} has changed since the export: its SHA-256 or its number of rows differs. Copy the export again. {Refused}");
}
