namespace Navigator.Runtime.Upstreams;

/// <summary>Keeps a text inside the tags that a prompt puts around it.</summary>
public static class Fence
{
    /// <summary>A text that holds a closing tag must not get out: the signs look alike and mean nothing.</summary>
    public static string Around(string text) => text.Replace('<', '‹').Replace('>', '›');

    /// <summary>Inside an attribute.</summary>
    public static string Attribute(string text) => Around(text).Replace('"', '\'').ReplaceLineEndings(" ");
}
