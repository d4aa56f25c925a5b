namespace Navigator.Storage;

/// <summary>A part of a row is not stored as this program knows it: a newer one wrote it, or it was changed by hand.</summary>
public sealed class StoredFormatException(string message, Exception inner) : Exception(message, inner);
