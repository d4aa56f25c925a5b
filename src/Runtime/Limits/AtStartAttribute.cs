namespace Navigator.Runtime.Limits;

/// <summary>Marks a limit that is read only at the start. A change takes effect after the next start.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AtStartAttribute : Attribute;
