namespace Navigator.LocalModel;

/// <summary>The model's file is missing, damaged, or contains another model.</summary>
public sealed class ModelFileException(string message) : Exception(message);
