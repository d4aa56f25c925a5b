namespace Navigator.Runtime.Upstreams;

/// <summary>Keeps data inside the tags that a prompt puts around it.</summary>
public static class Fence
{
    /// <summary>Replaces angle brackets by similar characters, so that the data cannot contain a closing tag.</summary>
    public static string Around(string text) => text.Replace('<', '‹').Replace('>', '›');

    /// <summary>Prepares a text for an attribute.</summary>
    public static string Attribute(string text) => Around(text).Replace('"', '\'').ReplaceLineEndings(" ");
}
