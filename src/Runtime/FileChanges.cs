using System.Security.Cryptography;

namespace Navigator.Runtime;

/// <summary>
/// Tells when a file has changed. It compares the content and does not rely on file events, because mounted files and containers do not always
/// send them.
/// </summary>
public sealed class FileChanges(string path)
{
    private string seen = Fingerprint(path);

    /// <summary>True if the content is not that of the last call. The first call compares with the content at construction.</summary>
    public bool HaveCome()
    {
        var found = Fingerprint(path);
        if (found == seen)
            return false;
        seen = found;
        return true;
    }

    private static string Fingerprint(string path)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
