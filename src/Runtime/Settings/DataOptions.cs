using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Sqlite;

namespace Navigator.Runtime.Settings;

/// <summary>Where embedded mode keeps documents and answers.</summary>
public sealed record DataOptions : IValidatableObject
{
    public const string Section = "Data";

    /// <summary>A directory, or <c>:memory:</c> to keep nothing. Default: the platform's place for a program's own data.</summary>
    public string? Directory { get; init; }

    /// <summary>
    /// <c>full</c>, the default: what was accepted survives a power cut. <c>normal</c>: it survives the death of the process, and a power cut
    /// may take the last seconds with it.
    /// </summary>
    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;

    /// <summary>False where nothing is kept.</summary>
    public bool IsKept => Directory != DataDirectory.Memory;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Enum.IsDefined(Synchronous)
        ? []
        : [new ValidationResult("Data:Synchronous is full or normal.")];
}
