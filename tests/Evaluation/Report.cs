using System.Globalization;
using System.Text.Json;

namespace Navigator.Evaluation;

/// <summary>The figures of one run by name. Higher is better, except for the costs.</summary>
internal sealed class Report
{
    /// <summary>Figures that are printed and stored, and not compared: they depend on the machine, or lower may be better.</summary>
    private const string Cost = "cost: ";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly SortedDictionary<string, double> figures = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, double> Figures => figures;

    public void Add(IReadOnlyList<AskedQuestion> asked, double processorSeconds)
    {
        foreach (var kind in asked.Where(question => question.Question.IsAnswerable).GroupBy(question => question.Question.Kind))
            AddAnswerable(kind.Key, [.. kind]);
        AddAnswerable("answerable", [.. asked.Where(question => question.Question.IsAnswerable)]);
        AddAbstention(asked);
        figures[Cost + "words an answer"] = asked.Average(question => question.Words);
        var times = asked.Select(question => question.Milliseconds).Order().ToList();
        figures[Cost + "ms a question, median"] = times[times.Count / 2];
        figures[Cost + "ms a question, p95"] = times[(int)((times.Count - 1) * 0.95)];
        figures[Cost + "processor ms a question"] = processorSeconds * 1_000 / asked.Count;
    }

    public void Add(string leg, Ranking ranking)
    {
        figures[$"Cranfield, {leg}: nDCG@10"] = ranking.Ndcg10;
        figures[$"Cranfield, {leg}: MAP"] = ranking.Map;
        figures[$"Cranfield, {leg}: recall@100"] = ranking.Recall100;
    }

    public void Print()
    {
        foreach (var (name, value) in figures)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-55}{value,10:0.000}"));
    }

    public void Write(FileInfo file) => File.WriteAllText(file.FullName, JsonSerializer.Serialize(figures, Indented));

    /// <summary>Prints every figure that is lower than in a stored run. Returns true if there is none.</summary>
    /// <param name="tolerance">A figure may be lower by this much.</param>
    /// <exception cref="InvalidDataException">The file is no stored run.</exception>
    public bool IsAsGoodAs(FileInfo file, double tolerance)
    {
        Dictionary<string, double> before;
        try
        {
            before = JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(file.FullName))!;
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw new InvalidDataException($"{file} is no stored run: {error.Message}", error);
        }
        var worse = before.Where(figure => !figure.Key.StartsWith(Cost, StringComparison.Ordinal)
            && figures.TryGetValue(figure.Key, out var now) && now < figure.Value - tolerance).ToList();
        foreach (var (name, value) in worse)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Worse: {name} was {value:0.000} and is {figures[name]:0.000}."));
        return worse.Count == 0;
    }

    private void AddAnswerable(string kind, List<AskedQuestion> asked)
    {
        if (asked.Count == 0)
            return;
        figures[$"{kind}: right page first"] = Share(asked, question => question.IsFirst);
        figures[$"{kind}: right page in five"] = Share(asked, question => question.IsInFive);
        figures[$"{kind}: right page cited first"] = Share(asked, question => question.IsCitedFirst);
        figures[$"{kind}: right page cited"] = Share(asked, question => question.IsCited);
        figures[$"{kind}: expected strings in the answer"] = Share(asked, question => question.HasExpected);
        figures[$"{kind}: not declined"] = Share(asked, question => !question.IsDeclined);
        if (asked.Sum(question => question.Quotes) is > 0 and var quotes)
            figures[$"{kind}: citation precision"] = asked.Sum(question => question.GoodQuotes) / (double)quotes;
    }

    /// <summary>Of the declined questions, how many have no answer (precision); of those without an answer, how many are declined (recall).</summary>
    private void AddAbstention(IReadOnlyList<AskedQuestion> asked)
    {
        var (declined, unanswerable) = (asked.Where(question => question.IsDeclined).ToList(),
            asked.Where(question => !question.Question.IsAnswerable).ToList());
        if (unanswerable.Count == 0)
            return;
        if (declined.Count > 0)
            figures["abstention: precision"] = Share(declined, question => !question.Question.IsAnswerable);
        figures["abstention: recall"] = Share(unanswerable, question => question.IsDeclined);
        // The mean squared distance of the confidence from what was true, 1 or 0 (Brier). Lower is better, so it counts as a cost.
        figures[Cost + "calibration (Brier score)"] = asked.Average(
            question => Math.Pow(question.Confidence - (question.Question.IsAnswerable ? 1 : 0), 2));
        figures[Cost + "calibration (expected error)"] = asked.GroupBy(question => Math.Min((int)(question.Confidence * 5), 4))
            .Sum(bin => Math.Abs(bin.Average(question => question.Confidence) - Share([.. bin], question => question.Question.IsAnswerable))
                * bin.Count() / asked.Count);
    }

    private static double Share(List<AskedQuestion> asked, Func<AskedQuestion, bool> isGood) => asked.Count(isGood) / (double)asked.Count;
}
