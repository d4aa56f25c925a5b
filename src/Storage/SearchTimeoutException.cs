namespace Navigator.Storage;

/// <summary>A search for passages took longer than a message may take. It is tried again, like a statement that took too long.</summary>
public sealed class SearchTimeoutException() : Exception("The search for passages took too long.");
