namespace Navigator.Storage;

/// <summary>This program cannot read a part of a row: a newer program wrote it, or it was edited by hand.</summary>
public sealed class StoredFormatException(string message, Exception inner) : Exception(message, inner);
