using Navigator.Runtime;
using Navigator.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Navigator.Workers.Synonyms;

/// <summary>The synonyms that operators edit: a YAML mapping from a term of the documents to the words that people use instead.</summary>
internal sealed class SynonymFile
{
    private const int MaxEntries = 1_000, MaxPhrases = 100, MaxLength = 100;

    private readonly string path;
    private volatile QueryExpansion current;

    /// <param name="path">Absolute, or relative to the working directory.</param>
    /// <exception cref="StartupException">The file is missing or is not such a mapping. The message names file and line.</exception>
    public SynonymFile(string path)
    {
        this.path = path;
        Changes = new FileChanges(path);
        current = Read();
    }

    public FileChanges Changes { get; }

    /// <summary>Returns the documents' words for the question's words in one line; null if there are none.</summary>
    public string? Of(string question) => current.Of(question);

    /// <summary>Reads the file again. An invalid file changes nothing.</summary>
    /// <returns>Number of entries.</returns>
    /// <exception cref="StartupException">The file is invalid. The message names file and line.</exception>
    public int Reload()
    {
        current = Read();
        return current.Count;
    }

    private QueryExpansion Read()
    {
        try
        {
            var yaml = new YamlStream();
            using var reader = new StringReader(File.ReadAllText(path));
            yaml.Load(reader);
            return yaml.Documents switch
            {
                [] => new QueryExpansion([]),
                [{ RootNode: YamlMappingNode { Children.Count: <= MaxEntries } root }] => new QueryExpansion(root.Children.Select(Entry)),
                _ => throw new StartupException($"{path}: expected one mapping of at most {MaxEntries} entries."),
            };
        }
        catch (YamlException error)
        {
            throw Invalid(error.Start, error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{path}: the file of synonyms cannot be read ({error.GetType().Name}).");
        }
    }

    private (string Documents, IReadOnlyList<string> People) Entry(KeyValuePair<YamlNode, YamlNode> entry)
    {
        if (entry.Key is not YamlScalarNode documents || entry.Value is not YamlSequenceNode { Children.Count: <= MaxPhrases } people
            || people.Children.Any(phrase => phrase is not YamlScalarNode))
            throw Invalid(entry.Key.Start, $"expected 'the documents' words: [what people say, …]' with at most {MaxPhrases} of them.");
        IReadOnlyList<string> phrases = [.. people.Children.Select(phrase => phrase.ToString())];
        return phrases.Append(documents.ToString()).All(phrase => phrase.Length is > 0 and <= MaxLength)
            ? (documents.ToString(), phrases)
            : throw Invalid(entry.Key.Start, $"each of the words has 1 to {MaxLength} characters.");
    }

    private StartupException Invalid(Mark at, string reason) => new($"{path}, line {at.Line}: {reason}");
}
