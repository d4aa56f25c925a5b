using System.Text.RegularExpressions;

namespace Navigator.Workers.Answer;

/// <summary>
/// Takes out of a model's answer what a reader's program would act on: images, links and tags. A document that tells the model to
/// show a picture from somewhere could carry off what it was asked; as text it does nothing.
/// </summary>
internal static class ActiveContent
{
    /// <summary>In time proportional to the text, whatever it is made of.</summary>
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>![shown](address "title") and [shown](address).</summary>
    private static readonly Regex Linked = new(@"!?\[([^\[\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)", Linear);

    /// <summary>[name]: address, on a line of its own.</summary>
    private static readonly Regex Reference = new(@"^ ?\[[^\[\]\n]+\]:[^\n]+\n?", Linear | RegexOptions.Multiline);

    private static readonly Regex Address = new(@"\b(?:https?|ftp|file|data|javascript|vbscript):[^\s<>""'\[\]]+", Linear | RegexOptions.IgnoreCase);

    private static readonly Regex Tag = new(@"</?[a-zA-Z!][^<>]*>", Linear);

    /// <param name="allowed">Addresses of the web pages that the answer was made from; only those may stand in it.</param>
    public static string Remove(string text, IReadOnlySet<string> allowed)
    {
        // What a picture or a link shows stays; where it leads goes.
        text = Linked.Replace(text, "$1");
        text = Reference.Replace(text, "");
        text = Address.Replace(text, match => allowed.Contains(match.Value.TrimEnd('.', ',', ';', ':', ')', '!', '?'))
            ? match.Value
            : "[link removed]");
        return Tag.Replace(text, match => match.Value.Replace('<', '‹').Replace('>', '›'));
    }
}
