using System.Text;
using System.Text.RegularExpressions;
using Navigator.Contracts.Http;
using Navigator.Storage.Passages;

namespace Navigator.Workers.Answer;

/// <summary>
/// Answers without a model: quotes the sentences that share most with the question, says where they stand, and leaves the
/// reading to the reader. It never claims more than that.
/// </summary>
internal sealed class ExtractiveAnswerer : IAnswerer
{
    public const string ModelName = "offline-extractive";
    private const int MaxExcerpts = 3;
    private const int MaxExcerpt = 420;
    private const double LeastShare = 0.6;

    /// <summary>A place that holds the kind of thing that was asked for is worth a word that one source in two has.</summary>
    private const double AskedBonus = 0.3;

    public Task<ChatAnswer> Answer(string question, string language, IReadOnlyList<Source> sources, TimeSpan within, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var words = Terms.Of(question).ToHashSet(StringComparer.Ordinal);
        var asked = AskedFor.PatternOf(question);
        var found = sources.Select(source => Terms.Of(source.Text).ToHashSet(StringComparer.Ordinal)).ToList();
        // Words that only few sources have tell more: the idf of five passages.
        var weights = words.ToDictionary(word => word, word => 1.0 / (1 + found.Count(terms => terms.Contains(word))), StringComparer.Ordinal);
        var excerpts = sources.Select(source => (Source: source, Excerpt: BestExcerpt(source, weights, asked))).Where(entry => entry.Excerpt.Score > 0)
            .OrderByDescending(entry => entry.Excerpt.Score * (0.5 + entry.Source.Score)).Take(MaxExcerpts).ToList();
        // What says much less than the best only distracts from it.
        excerpts.RemoveAll(entry => entry.Excerpt.Score < excerpts[0].Excerpt.Score * LeastShare);
        var text = excerpts.Count == 0 ? NothingFound(sources.Count) : Write(excerpts);
        return Task.FromResult(new ChatAnswer
        {
            Text = text,
            // Its own words are English, whatever was asked.
            Language = "en",
            Model = ModelName,
            Citations = [.. sources.Select(source => source.Cite(Quotes.Best(source.Text, question)))],
        });
    }

    private static string NothingFound(int sources) => sources == 0
        ? "The documents do not say: nothing in them fits this question."
        : "The documents do not seem to say. The passages nearest to the question are cited below.";

    private static string Write(List<(Source Source, (string Text, double Score) Excerpt)> excerpts)
    {
        var text = new StringBuilder("This is what the sources say, in their own words:\n");
        foreach (var (source, excerpt) in excerpts)
        {
            var page = source.Page is { } number ? $", page {number}" : "";
            text.Append('\n').Append("• “").Append(excerpt.Text).Append("” — ").Append(source.Title).Append(page)
                .Append(" [").Append(source.Marker).Append("]\n");
        }
        return text.ToString().TrimEnd();
    }

    /// <summary>
    /// The run of sentences that covers most of the question, then as many of its neighbours as an excerpt has room for: a
    /// sentence by itself ("For a family it is $1,500.") can mislead.
    /// </summary>
    private static (string Text, double Score) BestExcerpt(Source source, Dictionary<string, double> weights, Regex? asked)
    {
        var sentences = Sentences.Of(source.Text);
        var terms = sentences.Select(sentence => Terms.Of(source.Text[sentence]).Where(weights.ContainsKey).ToHashSet(StringComparer.Ordinal)).ToList();
        var (bestFirst, bestLast, bestScore) = (0, 0, 0.0);
        for (var first = 0; first < sentences.Count; first++)
        {
            var covered = new HashSet<string>(StringComparer.Ordinal);
            for (var last = first; last < sentences.Count && (last == first || (BelongTogether(last - 1) && Length(first, last) <= MaxExcerpt)); last++)
            {
                covered.UnionWith(terms[last]);
                // Every further sentence has to earn its place.
                var score = covered.Sum(word => weights[word]) - 0.02 * (last - first);
                if (score > 0 && asked?.IsMatch(source.Text[sentences[first].Start..sentences[last].End]) == true)
                    score += AskedBonus;
                if (score > bestScore)
                    (bestFirst, bestLast, bestScore) = (first, last, score);
            }
        }
        if (bestScore <= 0)
            return ("", 0);
        while (bestFirst > 0 && BelongTogether(bestFirst - 1) && Length(bestFirst - 1, bestLast) <= MaxExcerpt)
            bestFirst--;
        while (bestLast < sentences.Count - 1 && BelongTogether(bestLast) && Length(bestFirst, bestLast + 1) <= MaxExcerpt)
            bestLast++;
        return (Shorten(source.Text[sentences[bestFirst].Start..sentences[bestLast].End]), bestScore);

        int Length(int first, int last) => sentences[last].End.Value - sentences[first].Start.Value;

        // A row of a table stands by itself; the rows around it are about something else.
        bool BelongTogether(int sentence) =>
            source.Text[sentences[sentence].End.Value - 1] != '\n' || (!IsRow(sentences[sentence]) && !IsRow(sentences[sentence + 1]));

        bool IsRow(Range sentence)
        {
            var start = source.Text.LastIndexOf('\n', Math.Max(0, sentence.Start.Value - 1)) + 1;
            return source.Text.IndexOf(" | ", start, sentence.End.Value - start, StringComparison.Ordinal) >= 0;
        }
    }

    private static string Shorten(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxExcerpt ? line : line[..MaxExcerpt] + "…";
    }
}
