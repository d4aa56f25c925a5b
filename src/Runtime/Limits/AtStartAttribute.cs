namespace Navigator.Runtime.Limits;

/// <summary>A limit that is built into what the process makes when it starts; a change is in force after the next start.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AtStartAttribute : Attribute;
