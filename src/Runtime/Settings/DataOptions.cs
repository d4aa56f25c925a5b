using System.ComponentModel.DataAnnotations;
using Navigator.Storage.Sqlite;

namespace Navigator.Runtime.Settings;

/// <summary>Where embedded mode stores documents and answers.</summary>
public sealed record DataOptions : IValidatableObject
{
    public const string Section = "Data";

    /// <summary>A directory, or <c>:memory:</c> to store nothing. Default: the platform's directory for application data.</summary>
    public string? Directory { get; init; }

    /// <summary>
    /// <c>full</c>, the default: accepted work survives a power cut. <c>normal</c>: it survives the death of the process, but a power cut may lose
    /// the last seconds.
    /// </summary>
    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;

    /// <summary>False if nothing is stored.</summary>
    public bool IsKept => Directory != DataDirectory.Memory;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Enum.IsDefined(Synchronous)
        ? []
        : [new ValidationResult("Data:Synchronous must be full or normal.")];
}
