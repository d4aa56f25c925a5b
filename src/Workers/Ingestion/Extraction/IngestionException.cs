namespace Navigator.Workers.Ingestion.Extraction;

/// <summary>A document that cannot be read, for a reason that its owner may see. Trying again would not help.</summary>
internal sealed class IngestionException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
