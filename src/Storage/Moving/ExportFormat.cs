using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Navigator.Storage.Moving;

/// <summary>
/// How an export lies on the disk: <c>manifest.json</c>, one JSON object a line for each row of a kind, and the bytes of documents as files.
/// A change that a program of before would misread gets the next number.
/// </summary>
internal static class ExportFormat
{
    public const int Number = 1;

    public const string Manifest = "manifest.json";

    /// <summary>The folder of the documents' own bytes. Each file is named by its document's id.</summary>
    public const string Originals = "originals";

    /// <summary>Read strictly: a member that is not known would be lost without a word.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        // No browser reads these files: text of every script stays readable in them.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For the manifest, which people look into.</summary>
    public static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    public static string FileOf(string kind) => $"{kind}.jsonl";
}

/// <summary>What is moved. In this order, because a row comes after those that it refers to.</summary>
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

/// <summary>What an export holds. Written last: without it, the export did not finish.</summary>
/// <param name="ExportedAt">As of when: an export is one look at the file.</param>
/// <param name="Files">The files of rows by their names. The SHA-256 of an original stands in its document's row, so that this stays small
/// however many there are.</param>
/// <param name="Originals">How many documents have their bytes with them.</param>
public sealed record ExportManifest(int Format, DateTimeOffset ExportedAt, IReadOnlyDictionary<string, ExportedFile> Files, long Originals);

/// <param name="Sha256">In lower-case hexadecimal.</param>
public sealed record ExportedFile(long Rows, string Sha256);

/// <summary>How far a move is.</summary>
/// <param name="Step">An <see cref="ExportedKind"/>, or "check" while an export is verified.</param>
public readonly record struct MovingProgress(string Step, long Done, long Total);

/// <summary>Why a move was refused, in one line.</summary>
public sealed class MovingException(string message, Exception? cause = null) : Exception(message, cause);
