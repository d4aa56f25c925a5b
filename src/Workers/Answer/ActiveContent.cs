using System.Text.RegularExpressions;

namespace Navigator.Workers.Answer;

/// <summary>
/// Removes content from a model's answer that a reader's program would act on: images, links and tags. A malicious document could make the
/// model show an image whose address carries off the question. As plain text the address does nothing.
/// </summary>
internal static class ActiveContent
{
    /// <summary>Matches in linear time for any text.</summary>
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>![shown](address "title") and [shown](address).</summary>
    private static readonly Regex Linked = new(@"!?\[([^\[\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)", Linear);

    /// <summary>[name]: address, on a line of its own.</summary>
    private static readonly Regex Reference = new(@"^ ?\[[^\[\]\n]+\]:[^\n]+\n?", Linear | RegexOptions.Multiline);

    private static readonly Regex Address = new(@"\b(?:https?|ftp|file|data|javascript|vbscript):[^\s<>""'\[\]]+", Linear | RegexOptions.IgnoreCase);

    private static readonly Regex Tag = new(@"</?[a-zA-Z!][^<>]*>", Linear);

    /// <param name="allowed">Addresses of the web pages that the answer was made from. All other addresses are removed.</param>
    public static string Remove(string text, IReadOnlySet<string> allowed)
    {
        // Keeps the shown text of an image or a link and removes the address.
        text = Linked.Replace(text, "$1");
        text = Reference.Replace(text, "");
        text = Address.Replace(text, match => allowed.Contains(match.Value.TrimEnd('.', ',', ';', ':', ')', '!', '?'))
            ? match.Value
            : "[link removed]");
        return Tag.Replace(text, match => match.Value.Replace('<', '‹').Replace('>', '›'));
    }
}
