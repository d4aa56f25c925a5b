using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Navigator.Runtime.Limits;

/// <summary>Reads a YAML file as configuration below one section. snake_case keys map to PascalCase options.</summary>
internal static class YamlConfiguration
{
    /// <exception cref="StartupException">The file is missing or is not a YAML mapping. The message names file and line.</exception>
    public static IReadOnlyList<KeyValuePair<string, string?>> Read(string path, string section)
    {
        if (!File.Exists(path))
            throw new StartupException($"{path}: the file is missing. Navigator needs it, because it contains every limit.");
        return Parse(File.ReadAllText(path), path, section);
    }

    /// <param name="name">Name of the text's source, for messages.</param>
    /// <exception cref="StartupException">The text is not a YAML mapping. The message names the source and the line.</exception>
    public static IReadOnlyList<KeyValuePair<string, string?>> Parse(string text, string name, string section)
    {
        try
        {
            var yaml = new YamlStream();
            using var reader = new StringReader(text);
            yaml.Load(reader);
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
                throw new StartupException($"{name}: expected one mapping of sections to limits.");
            return [.. Flatten(root, section)];
        }
        catch (YamlException error)
        {
            throw new StartupException($"{name}, line {error.Start.Line}: {error.Message}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Flatten(YamlNode node, string path) => node switch
    {
        YamlMappingNode mapping => mapping.Children.SelectMany(
            child => Flatten(child.Value, ConfigurationPath.Combine(path, child.Key.ToString().Replace("_", "", StringComparison.Ordinal)))),
        YamlSequenceNode sequence => sequence.Children.SelectMany((child, i) => Flatten(child, ConfigurationPath.Combine(path, $"{i}"))),
        _ => [KeyValuePair.Create<string, string?>(path, node.ToString())],
    };
}
