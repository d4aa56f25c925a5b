using System.Text;
using Navigator.Text;

namespace Navigator.Workers.Intake.Translation;

/// <summary>
/// Detects the language of a question: by its script if that is enough, else by small words and letters that only one language uses. Reliable
/// for sentences of five or more words. Returns "und" without evidence.
/// </summary>
internal static class LanguageDetector
{
    /// <summary>BCP 47 for "undetermined".</summary>
    public const string Undetermined = "und";

    /// <summary>The most common words of each language in Latin script, and letters that are typical of it.</summary>
    private static readonly (string Language, string Words, string Letters)[] Latin =
    [
        ("en", "the a an is are was do does did my your of to in for and or on with how what when where who why which much many can could will "
            + "would should i it this that have has had if not be by from after before there any get need cost costs pay under am you we they", ""),
        ("es", "el la los las un una es son está mi mis su de del en para por con y o que qué cómo cuánto cuánta cuántos cuándo dónde quién cuál "
            + "puedo puede tengo tiene hay si no al se lo me más sin cuesta pagar después antes desde cada", "ñ¿¡"),
        ("fr", "le la les un une des est sont mon ma mes votre de du en pour par avec et ou que qui quoi comment combien quand où quel quelle quels "
            + "puis peut je il elle nous vous ce cette si ne pas au aux sur dans sans plus dois faut après avant chez", "çœêàè"),
        ("de", "der die das den dem ein eine einen einer ist sind war mein meine meinen ihr von zu in für und oder auf mit wie was wann wo wer "
            + "warum welche welcher viel viele kann können ich es dies wenn nicht werden wird muss habe hat bei nach vor im am zum zur gibt "
            + "bezahlt sie", "ßäöü"),
        ("pt", "o a os as um uma é são está meu minha meus minhas seu de do da dos das em no na nos nas para por com e ou que como quanto quanta "
            + "quantos quando onde quem qual posso pode tenho tem há se não ao mais sem eu isso depois antes pelo pela custa pagar", "ãõç"),
        ("it", "il lo la gli le un una è sono mio mia miei di del della dei delle in per con e o che come quanto quanta quanti quando dove chi "
            + "quale posso può ho ha si non al alla più senza io questo questa se nel nella devo dopo prima da c'è costa pagare sono", "òìù"),
        ("vi", "là của tôi có không và cho được bao nhiêu khi nào ở đâu ai gì như thế này các một những trong với phải cần thì để từ sau trước nếu "
            + "bạn mấy hay tại sao người", "đơưăạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"),
        ("tl", "ang ng mga sa na ay ko ako ba po ito iyon para kung ano paano magkano kailan saan sino bakit alin may mayroon wala hindi at o ang "
            + "aking niya siya kami tayo nila dapat pwede puwede kailangan lang din rin bago pagkatapos ilang ilan", ""),
    ];

    private static readonly IReadOnlyDictionary<string, (string Language, double Weight)[]> Words = Weigh();

    /// <returns>A BCP 47 tag; "und" if the text does not tell.</returns>
    public static string Of(string text)
    {
        var scripts = Scripts(text);
        var letters = scripts.Values.Sum();
        if (letters == 0)
            return Undetermined;
        var (script, count) = scripts.MaxBy(pair => pair.Value);
        // Latin names and terms occur in texts of every script. Kana mark Chinese characters as Japanese, which is not detected.
        return script switch
        {
            "hangul" => "ko",
            "cyrillic" => IsRussian(text) ? "ru" : Undetermined,
            "arabic" => IsArabic(text) ? "ar" : Undetermined,
            "han" when !scripts.ContainsKey("kana") => "zh",
            "latin" when scripts.GetValueOrDefault("han") * 2 > count && !scripts.ContainsKey("kana") => "zh",
            "latin" when scripts.GetValueOrDefault("hangul") * 2 > count => "ko",
            "latin" => OfLatin(text),
            _ => Undetermined,
        };
    }

    private static string OfLatin(string text)
    {
        var scores = new Dictionary<string, double>();
        foreach (var word in Split(text.ToLowerInvariant()))
        {
            foreach (var (language, weight) in Words.GetValueOrDefault(word, []))
                scores[language] = scores.GetValueOrDefault(language) + weight;
        }
        foreach (var (language, _, letters) in Latin)
        {
            var hits = text.Count(c => letters.Contains(char.ToLowerInvariant(c), StringComparison.Ordinal));
            if (hits > 0)
                scores[language] = scores.GetValueOrDefault(language) + Math.Min(hits, 4) * 0.5;
        }
        if (scores.Count == 0)
            return Undetermined;
        var ranked = scores.OrderByDescending(score => score.Value).ToList();
        return ranked.Count == 1 || ranked[0].Value > ranked[1].Value ? ranked[0].Key : Undetermined;
    }

    /// <summary>Leaves out words with digits, such as "4de1-3a", because they are identifiers.</summary>
    private static IEnumerable<string> Split(string text) =>
        NormalForm.Of(text, NormalizationForm.FormC)
            .Split([.. text.Where(c => !char.IsLetterOrDigit(c) && c is not ('\'' or '-')).Distinct()], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => !word.Any(char.IsDigit)).SelectMany(word => word.Split('-', StringSplitOptions.RemoveEmptyEntries));

    private static Dictionary<string, int> Scripts(string text)
    {
        var scripts = new Dictionary<string, int>();
        foreach (var rune in text.EnumerateRunes().Where(Rune.IsLetter))
        {
            var script = rune.Value switch
            {
                < 0x0250 or (>= 0x1E00 and <= 0x1EFF) => "latin",
                >= 0x0400 and <= 0x052F => "cyrillic",
                (>= 0x0600 and <= 0x06FF) or (>= 0x0750 and <= 0x077F) or (>= 0xFB50 and <= 0xFEFF) => "arabic",
                >= 0x3040 and <= 0x30FF => "kana",
                (>= 0x1100 and <= 0x11FF) or (>= 0x3130 and <= 0x318F) or (>= 0xAC00 and <= 0xD7AF) => "hangul",
                (>= 0x3400 and <= 0x9FFF) or (>= 0x20000 and <= 0x323AF) => "han",
                _ => "other",
            };
            scripts[script] = scripts.GetValueOrDefault(script) + 1;
        }
        return scripts;
    }

    /// <summary>Ukrainian, Serbian and other languages have letters that Russian does not have.</summary>
    private static bool IsRussian(string text) => text.IndexOfAny(['і', 'ї', 'є', 'ґ', 'ў', 'ј', 'љ', 'њ', 'ћ', 'ђ', 'џ', 'І', 'Ї', 'Є']) < 0;

    /// <summary>Persian and Urdu have letters that Arabic does not have.</summary>
    private static bool IsArabic(string text) => text.IndexOfAny(['پ', 'چ', 'ژ', 'گ', 'ک', 'ی', 'ے', 'ں', 'ٹ', 'ڈ']) < 0;

    /// <summary>A word that several languages share has a lower weight for each of them.</summary>
    private static Dictionary<string, (string, double)[]> Weigh() => Latin
        .SelectMany(entry => entry.Words.Split(' ').Distinct().Select(word => (word, entry.Language)))
        .GroupBy(pair => pair.word, pair => pair.Language)
        .ToDictionary(group => group.Key, group => group.Select(language => (language, 1.0 / group.Count())).ToArray());
}
