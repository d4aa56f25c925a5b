namespace Navigator.LocalModel.Tests.Screening;

/// <summary>One line that the classifiers are trained or tried with.</summary>
/// <param name="Source">Where it is from, for the figures.</param>
/// <param name="Question">Its weight for the classifier of questions. 0: not used.</param>
/// <param name="InSource">Its weight for the classifier of sources. 0: not used.</param>
internal sealed record TrainingLine(string Source, bool IsHostile, string Text, double Question, double InSource);
