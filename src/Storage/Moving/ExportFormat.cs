using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Navigator.Storage.Moving;

/// <summary>
/// The layout of an export: <c>manifest.json</c>, one file of JSON lines for each kind of row, and the bytes of documents as files. The format
/// gets the next number when an older program would misread a change.
/// </summary>
internal static class ExportFormat
{
    public const int Number = 1;

    public const string Manifest = "manifest.json";

    /// <summary>The folder of the documents' bytes. Each file is named by its document's id.</summary>
    public const string Originals = "originals";

    /// <summary>Reading is strict, because an unknown member would be lost silently.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        // No browser reads these files, so text of every script can stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For the manifest, which people read.</summary>
    public static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    public static string FileOf(string kind) => $"{kind}.jsonl";
}

/// <summary>The kinds of rows that are moved, in an order in which each row comes after the rows that it refers to.</summary>
public static class ExportedKind
{
    public const string Tenants = "tenants";
    public const string Keys = "keys";
    public const string Documents = "documents";
    public const string Passages = "passages";
    public const string Jobs = "jobs";
    public const string Audit = "audit";

    public static IReadOnlyList<string> All { get; } = [Tenants, Keys, Documents, Passages, Jobs, Audit];
}

/// <summary>The contents of an export. The manifest is written last, so an export without one did not finish.</summary>
/// <param name="ExportedAt">The moment that the export shows. All rows are read in one transaction.</param>
/// <param name="Files">The row files by name. The SHA-256 of an original is in its document's row, so the manifest stays small with any number of
/// documents.</param>
/// <param name="Originals">Number of documents whose bytes are exported.</param>
public sealed record ExportManifest(int Format, DateTimeOffset ExportedAt, IReadOnlyDictionary<string, ExportedFile> Files, long Originals);

/// <param name="Sha256">In lower-case hexadecimal.</param>
public sealed record ExportedFile(long Rows, string Sha256);

/// <summary>Progress of a move.</summary>
/// <param name="Step">An <see cref="ExportedKind"/>, or "check" while an export is verified.</param>
public readonly record struct MovingProgress(string Step, long Done, long Total);

/// <summary>A move was refused. The message gives the reason in one line.</summary>
public sealed class MovingException(string message, Exception? cause = null) : Exception(message, cause);
