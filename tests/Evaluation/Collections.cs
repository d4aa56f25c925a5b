using System.Globalization;
using System.Text.Json;

namespace Navigator.Evaluation;

/// <summary>Asks the questions of both collections through the product.</summary>
internal static class Collections
{
    /// <summary>Uploads at once. More would only wait for each other.</summary>
    private const int Uploads = 4;

    /// <summary>One after the other, so that a latency is that of a question alone.</summary>
    public static async Task Ask(
        EvaluatedSystem system, string document, IReadOnlyList<Question> questions, Report report, bool detail, CancellationToken token)
    {
        await system.UntilReady(await system.Upload(document, token), token);
        // The first question loads what later ones use.
        await system.Ask(questions[0].Text, token);
        var before = system.ProcessorSeconds;
        var asked = new List<AskedQuestion>();
        foreach (var question in questions)
        {
            var answered = await AskedQuestion.Ask(system, question, token);
            asked.Add(answered);
            if (detail)
                Console.WriteLine(
                    $"{question.Kind}, pages {string.Join(' ', question.Page)}, found {string.Join(' ', answered.Found)}, "
                    + $"cited {string.Join(' ', answered.Pages)}, "
                    + $"confidence {answered.Confidence.ToString(CultureInfo.InvariantCulture)}: "
                    + $"{question.Text}\n{answered.Text}\n");
        }
        report.Add(asked, system.ProcessorSeconds - before);
    }

    /// <summary>Each abstract is a document of its own. Its rank is that of its best passage.</summary>
    public static async Task Rank(EvaluatedSystem system, Cranfield cranfield, int questions, Report report, CancellationToken token)
    {
        var numbers = new Dictionary<string, int>();
        foreach (var batch in cranfield.Abstracts.Chunk(Uploads))
        {
            var ids = await Task.WhenAll(batch.Select(each => system.Upload($"Cranfield {each.Number}", each.Text, token)));
            for (var i = 0; i < batch.Length; i++)
                numbers[ids[i].ToString()] = batch[i].Number;
        }
        foreach (var id in numbers.Keys)
            await system.UntilReady(Guid.Parse(id), token);

        var legs = new Dictionary<string, List<(IReadOnlyList<int>, HashSet<int>)>> { ["words"] = [], ["vectors"] = [], ["fused"] = [] };
        for (var i = 0; i < Math.Min(questions, cranfield.Questions.Count); i++)
        {
            var relevant = cranfield.Relevant[i + 1].ToHashSet();
            if (relevant.Count == 0)
                continue;
            var (job, _) = await system.Ask(cranfield.Questions[i], token);
            var candidates = (await system.Retrieval(job.GetProperty("id").GetString()!, token)).GetProperty("candidates").EnumerateArray().ToList();
            legs["words"].Add((Ranked(candidates, "lexical_rank", numbers), relevant));
            legs["vectors"].Add((Ranked(candidates, "vector_rank", numbers), relevant));
            legs["fused"].Add((Ranked(candidates, "fused_rank", numbers), relevant));
        }
        foreach (var (leg, lists) in legs)
            report.Add(leg, Ranking.Of(lists));
    }

    private static List<int> Ranked(List<JsonElement> candidates, string rank, Dictionary<string, int> numbers) =>
    [
        .. candidates.Where(candidate => candidate.GetProperty(rank).ValueKind == JsonValueKind.Number)
            .OrderBy(candidate => candidate.GetProperty(rank).GetInt32())
            .Select(candidate => numbers[candidate.GetProperty("document_id").GetString()!]).Distinct(),
    ];
}
