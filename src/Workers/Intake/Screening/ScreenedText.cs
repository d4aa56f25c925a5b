using System.Text;

namespace Navigator.Workers.Intake.Screening;

/// <summary>A text without the sentences that instruct the model.</summary>
/// <param name="LeftOut">Number of sentences that were left out.</param>
internal readonly record struct ScreenedText(string Text, int LeftOut)
{
    public static ScreenedText Without(string text, IReadOnlyList<Range> parts, IReadOnlySet<string> hostile)
    {
        var kept = new StringBuilder(text.Length);
        var leftOut = 0;
        foreach (var part in parts)
        {
            if (hostile.Contains(text[part]))
                leftOut++;
            else
                kept.Append(text[part]);
        }
        return leftOut == 0 ? new ScreenedText(text, 0) : new ScreenedText(kept.ToString().Trim(), leftOut);
    }
}
