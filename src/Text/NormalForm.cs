using System.Text;

namespace Navigator.Text;

/// <summary>Unicode normal forms of any text, including text that is not valid Unicode.</summary>
public static class NormalForm
{
    /// <summary>Lone surrogates and U+FFFE have no normal form, and .NET throws on them. They become U+FFFD.</summary>
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
