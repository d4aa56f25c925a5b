using System.Numerics.Tensors;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Tools.Retrieval;

/// <summary>
/// Feedback between documents (Rocchio, 1971): the less a document is like the two best ones, the lower its passages score. Passages of one document
/// keep their order, because feedback between passages loses those that say something in other words (docs/decisions/0026).
/// </summary>
internal static class DocumentFeedback
{
    /// <summary>What a document loses that has nothing in common with the two best ones, as a share of the scale of scores.</summary>
    private const double Weight = 0.19;

    private const int Best = 2;

    /// <summary>Documents that are compared. The others, which are worse, lose as much as the one of these that loses most.</summary>
    private const int Compared = 20;

    /// <param name="ranked">Best first.</param>
    /// <returns>The passages whose vectors are compared: each document's best. None if it would change nothing.</returns>
    public static IReadOnlyList<(Guid DocumentId, Guid PassageId)> Needed(IReadOnlyList<FoundPassage> ranked)
    {
        var best = BestOfEach(ranked);
        return best.Count > Best ? [.. best.Select(passage => (passage.DocumentId, passage.PassageId))] : [];
    }

    /// <param name="ranked">Best first.</param>
    /// <param name="vectors">
    /// The vectors of length 1 of the needed passages. A document without one keeps its scores: its vectors are still to come.
    /// </param>
    /// <returns>All passages, best first.</returns>
    public static IReadOnlyList<FoundPassage> Apply(IReadOnlyList<FoundPassage> ranked, IReadOnlyDictionary<Guid, ReadOnlyMemory<float>> vectors)
    {
        var compared = BestOfEach(ranked);
        var examples = compared.Take(Best).Select(passage => vectors.GetValueOrDefault(passage.PassageId)).Where(vector => !vector.IsEmpty).ToList();
        if (compared.Count <= Best || examples.Count < Best)
            return ranked;
        var mean = new float[examples[0].Length];
        examples.ForEach(example => TensorPrimitives.Add(mean, example.Span, mean));
        var length = TensorPrimitives.Norm<float>(mean);
        if (length == 0)
            return ranked;
        var likeness = compared.Where(passage => vectors.ContainsKey(passage.PassageId)).ToDictionary(
            passage => passage.DocumentId, passage => TensorPrimitives.Dot(mean, vectors[passage.PassageId].Span) / (double)length);
        var (most, least) = (likeness.Values.Max(), likeness.Values.Min());
        var isCompared = compared.Select(passage => passage.DocumentId).ToHashSet();
        return [.. ranked.Select(Lowered).OrderByDescending(passage => passage.Score).ThenBy(passage => passage.PassageId)];

        FoundPassage Lowered(FoundPassage passage)
        {
            var like = likeness.GetValueOrDefault(passage.DocumentId, isCompared.Contains(passage.DocumentId) ? most : least);
            return passage with { Score = Math.Round(Math.Max(0, passage.Score - Weight * (most - like)), 4) };
        }
    }

    private static List<FoundPassage> BestOfEach(IEnumerable<FoundPassage> ranked) =>
        [.. ranked.DistinctBy(passage => passage.DocumentId).Take(Compared)];
}
