using System.Buffers;
using System.Text;
using Navigator.Contracts.Http;
using Navigator.Text;

namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Rule form of screening, within 20 ms. Removes invisible characters, encoded text and sentences that instruct the model, and replaces
/// look-alike letters. The rest must be a question.
/// </summary>
internal static class QuestionRules
{
    /// <summary>Minimum length of the rest after an instruction was removed. A shorter rest is not a question.</summary>
    public const int LeastLeft = 8;

    /// <summary>Words of orders, reversed. Without one of them a text is not read backwards, which would take half as long again.</summary>
    private static readonly SearchValues<string> ReversedWords = SearchValues.Create(
        ["snoitcurtsni", "tpmorp", "selur", "senilediug", "snoitcirtser", "evitcerid", "egassem", "erongi", "tegrof", "dragersid"],
        StringComparison.OrdinalIgnoreCase);

    public static Verdict Screen(string question)
    {
        var seen = HiddenText.Unmix(NormalForm.Of(HiddenText.Remove(question), NormalizationForm.FormC));
        if (seen.Length == 0)
            return Verdict.Refuse(ErrorCode.QuestionNotReadable, "The question contains no readable text.");
        if (seen.Length > ChatJobRequest.MaxQuestionLength)
            return Verdict.Refuse(ErrorCode.QuestionTooLong, $"The question is longer than {ChatJobRequest.MaxQuestionLength} characters.");

        var encoded = EncodedText.Find(seen);
        if (encoded.Any(part => Instructions.IsIn(part.Decoded)) || Instructions.IsIn(EncodedText.Rot13(seen))
            || (seen.AsSpan().ContainsAny(ReversedWords) && Instructions.IsIn(EncodedText.Reversed(seen))))
            return Instructing();
        var kept = encoded.Count == 0 ? seen : EncodedText.Replace(seen, encoded, "[encoded text]");
        if (!Instructions.IsIn(kept))
            return encoded.Count == 0 ? Verdict.Pass(kept) : Verdict.Change(kept, "screening: encoded text in the question was left out");

        var rest = string.Join(' ', Sentences.Of(kept).Select(sentence => kept[sentence]).Where(sentence => !Instructions.IsIn(sentence))
            .Select(sentence => sentence.Trim()));
        return rest.Length >= LeastLeft && !Instructions.IsIn(rest)
            ? Verdict.Pass(rest).Cut(rest)
            : Instructing();
    }

    public static Verdict Instructing() => Verdict.Refuse(
        ErrorCode.QuestionInstructs,
        "The question instructs the assistant instead of asking about your documents or the web. It can be asked again without that part.");
}
