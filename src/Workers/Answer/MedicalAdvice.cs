using System.Text.RegularExpressions;

namespace Navigator.Workers.Answer;

/// <summary>Adds a pointer to medical professionals to the answer of a question that asks for a diagnosis or a treatment.</summary>
internal static partial class MedicalAdvice
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
    private const int Patience = 10_000;
    private const string Pointer = "For medical advice, please ask a doctor or pharmacist; your plan's member services can help you find one.";

    [GeneratedRegex(
        @"\b(do i have (a |an )?(cancer|diabetes|disease|infection|tumou?r|covid|flu|stroke|depression)|what (disease|illness|condition) do i"
            + @"|diagnos(e|is) (me|my|of my)|is (it|this) (a )?(sign|symptom)|should i (take|stop taking|use|inject|have (the |an? )?(surgery"
            + @"|operation)|get (the |an? )?(surgery|operation))|how (do|can|should) i (treat|cure|heal)|(which|what) (drug|medicine|medication"
            + @"|treatment|therapy) (is|would be|works|should)|(which|what) (dose|dosage)|is it safe (to take|for me)|what is wrong with me)\b",
        Options, Patience)]
    private static partial Regex IsAskedFor { get; }

    [GeneratedRegex(@"\b(doctor|physician|pharmacist|nurse|health (care )?professional|medical professional|911|988)\b", Options, Patience)]
    private static partial Regex PointsSomewhere { get; }

    public static string Point(string question, string answer) =>
        IsAskedFor.IsMatch(question) && !PointsSomewhere.IsMatch(answer) ? $"{answer}\n\n{Pointer}" : answer;
}
