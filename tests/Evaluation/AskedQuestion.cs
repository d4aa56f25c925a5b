using System.Text.Json;
using System.Text.RegularExpressions;

namespace Navigator.Evaluation;

/// <summary>A question and what the answer to it was worth.</summary>
/// <param name="Found">Pages of the passages that were found, the best first, at most five.</param>
/// <param name="Pages">Pages of the citations in their order, at most five. A web page has none.</param>
/// <param name="Quotes">Citations that the answer's text refers to.</param>
/// <param name="GoodQuotes">Those whose quote is in their passage and has an expected string.</param>
/// <param name="Confidence">From 0 to 1.</param>
internal sealed partial record AskedQuestion(
    Question Question, string Text, IReadOnlyList<int> Found, IReadOnlyList<int> Pages, int Quotes, int GoodQuotes, double Confidence,
    double Milliseconds)
{
    /// <summary>True if the answer refers to no source, because the documents do not say.</summary>
    public bool IsDeclined => !Marker().IsMatch(Text);

    public bool IsFirst => Found.Count > 0 && Question.Page.Contains(Found[0]);

    public bool IsInFive => Found.Any(Question.Page.Contains);

    public bool IsCitedFirst => !IsDeclined && Pages.Count > 0 && Question.Page.Contains(Pages[0]);

    public bool IsCited => !IsDeclined && Pages.Any(Question.Page.Contains);

    public bool HasExpected => Question.Expect.All(expected => Text.Contains(expected, StringComparison.OrdinalIgnoreCase));

    public int Words => Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    public static async Task<AskedQuestion> Ask(EvaluatedSystem system, Question question, CancellationToken token)
    {
        var (job, milliseconds) = await system.Ask(question.Text, token);
        if (job.GetProperty("status").GetString() != "answered")
            return new AskedQuestion(question, "", [], [], 0, 0, 0, milliseconds);
        var answer = job.GetProperty("answer");
        var text = answer.GetProperty("text").GetString()!;
        var citations = answer.GetProperty("citations").EnumerateArray().ToList();
        var used = citations.Where(citation => text.Contains($"[{citation.GetProperty("marker").GetInt32()}]", StringComparison.Ordinal)).ToList();
        var good = 0;
        foreach (var citation in used)
            good += await IsGood(system, question, citation, token) ? 1 : 0;
        var pages = citations.Select(citation => citation.GetProperty("page")).Where(page => page.ValueKind == JsonValueKind.Number)
            .Select(page => page.GetInt32()).Take(5).ToList();
        var found = await FoundPages(system, job.GetProperty("id").GetString()!, token);
        return new AskedQuestion(question, text, found, pages, used.Count, good, answer.GetProperty("confidence").GetDouble(), milliseconds);
    }

    private static async Task<IReadOnlyList<int>> FoundPages(EvaluatedSystem system, string job, CancellationToken token)
    {
        var pages = new List<int>();
        var used = (await system.Retrieval(job, token)).GetProperty("candidates").EnumerateArray()
            .Where(candidate => candidate.GetProperty("rank").ValueKind == JsonValueKind.Number)
            .OrderBy(candidate => candidate.GetProperty("rank").GetInt32()).Take(5);
        foreach (var candidate in used)
        {
            var passage = await system.Passage(
                candidate.GetProperty("document_id").GetString()!, candidate.GetProperty("passage_id").GetString()!, token);
            if (passage.GetProperty("page") is { ValueKind: JsonValueKind.Number } page)
                pages.Add(page.GetInt32());
        }
        return pages;
    }

    private static async Task<bool> IsGood(EvaluatedSystem system, Question question, JsonElement citation, CancellationToken token)
    {
        var quote = citation.GetProperty("quote").GetString()!;
        return question.Expect.Any(expected => quote.Contains(expected, StringComparison.OrdinalIgnoreCase))
            && citation.GetProperty("passage_id").GetString() is { } passage
            && (await system.Passage(citation.GetProperty("document_id").GetString()!, passage, token)).GetProperty("text").GetString()!
                .Contains(quote, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\[[0-9]+\]", RegexOptions.None, 1_000)]
    private static partial Regex Marker();
}
