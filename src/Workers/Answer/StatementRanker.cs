using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Navigator.Runtime.Tools;
using Navigator.Text;
using Navigator.Workers.Synonyms;

namespace Navigator.Workers.Answer;

/// <summary>Ranks the statements of the sources as answers to a question, and says how likely the sources answer it at all.</summary>
internal sealed partial class StatementRanker(SentenceSimilarity similarity, SynonymFile synonyms, IOptions<AnswerOptions> options)
{
    /// <summary>
    /// Statements that are compared by meaning. They are the best ones by words and by their source. Each costs some 9 ms of processor time once.
    /// Measured: 24 find two more answers of 84, and 6 find fewer and decline more.
    /// </summary>
    private const int Compared = 12;

    /// <summary>Characters of a statement that are compared. Longer ones cost more and find nothing more.</summary>
    private const int ComparedLength = 200;

    /// <summary>Statements that a question has at most. A source of web pages may have hundreds.</summary>
    private const int MaxStatements = 400;

    /// <summary>Characters of a question that are compared. Longer questions are searched by all their words.</summary>
    private const int MaxQuestion = 1_000;

    /// <param name="tenant">The owner of the sources.</param>
    /// <param name="language">BCP 47 tag of the question's language. The local model reads English; other questions are compared by words.</param>
    public async Task<Evidence> Rank(
        string tenant, string question, string language, IReadOnlyList<Source> sources, TimeSpan within, CancellationToken token)
    {
        if (sources.Count == 0 || !Terms.Of(question).Any())
            return new Evidence(sources, [], 0, false);
        var isEnglish = IsEnglish(question, language);
        var statements = sources.SelectMany(StatementCutter.Cut).DistinctBy(statement => statement.Text, StringComparer.Ordinal).Take(MaxStatements)
            .ToList();
        var words = new QuestionWords(question, synonyms.Of(question), statements);
        var asked = ExpectedAnswerType.PatternOf(question);
        var byWords = statements.Select(statement => (Statement: statement, Features: Features(statement))).ToList();

        var compared = byWords.OrderByDescending(entry => AnswerWeights.ByWords(entry.Features) + entry.Statement.Source.Score).Take(Compared)
            .ToList();
        var cosines = isEnglish
            ? await similarity.Of(
                tenant, Start(question, MaxQuestion),
                [.. compared.Select(entry => Start(entry.Statement.InContext, ComparedLength))], within, token)
            : null;
        var ranked = (cosines is null
                ? byWords.Where(entry => entry.Features.InContext > 0)
                    .Select(entry => new RankedStatement(entry.Statement, AnswerWeights.ByWords(entry.Features)))
                : compared.Select((entry, i) => new RankedStatement(entry.Statement, AnswerWeights.ByMeaning(cosines[i], entry.Features))))
            .OrderByDescending(entry => entry.Score).ToList();
        var probability = Probability();
        // Words in other scripts and languages are compared by spelling only, so a question that shares a word with the documents is answered.
        var isEnough = ranked.Count > 0 && (probability >= options.Value.LeastProbability || !isEnglish);
        return new Evidence(sources, ranked, Math.Round(probability, 2), isEnough);

        StatementFeatures Features(Statement statement) => new(
            words.Coverage(statement.Text), words.Coverage(statement.InContext), asked?.IsMatch(statement.Text) == true);

        double Probability()
        {
            if (ranked.Count == 0)
                return 0;
            var texts = sources.SelectMany(source => source.Headings.Append(source.SanitizedText)).ToList();
            var (absent, names) = (words.Absent(texts), QuestionWords.AbsentNames(question, texts));
            return cosines is null
                ? AnswerWeights.ProbabilityByWords(byWords.Max(entry => entry.Features.InContext), names)
                : AnswerWeights.ProbabilityByMeaning(cosines.Max(), absent, names);
        }
    }

    private static string Start(string text, int length) => text.Length <= length ? text : text[..length];

    private static bool IsEnglish(string question, string language) =>
        (language == "und" || language.StartsWith("en", StringComparison.OrdinalIgnoreCase))
        && Letter().Count(question) is var letters and > 0 && AsciiLetter().Count(question) * 2 > letters;

    [GeneratedRegex(@"\p{L}", RegexOptions.None, 10_000)]
    private static partial Regex Letter();

    [GeneratedRegex("[A-Za-z]", RegexOptions.None, 10_000)]
    private static partial Regex AsciiLetter();
}
