namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>A document cannot be read. Its owner may see the reason. A retry would not help.</summary>
internal sealed class IngestionException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
