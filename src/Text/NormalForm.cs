using System.Text;

namespace Navigator.Text;

/// <summary>Unicode normal forms of any text, also of one that is no valid Unicode.</summary>
public static class NormalForm
{
    /// <summary>Half of a surrogate pair, and U+FFFE, have no normal form, and .NET throws at them: they become U+FFFD.</summary>
    public static string Of(string text, NormalizationForm form)
    {
        if (!text.Contains('\uFFFE') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text.Normalize(form);
        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            valid.Append(rune.Value == 0xFFFE ? "\uFFFD" : rune.ToString());
        return valid.ToString().Normalize(form);
    }
}
