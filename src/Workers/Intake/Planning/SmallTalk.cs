using Navigator.Storage.Ledger;

namespace Navigator.Workers.Intake.Planning;

/// <summary>Greetings, thanks and farewells. They need no search and get a fixed reply.</summary>
internal static class SmallTalk
{
    private const int MaxWords = 6;

    /// <summary>A text that consists only of these words is small talk. The first word that only one language has decides the language.</summary>
    private static readonly (string Language, string Words, string Reply)[] Languages =
    [
        ("en", "hi hello hey hiya greetings howdy good morning afternoon evening day night thanks thank you thx ty very much so a lot many bye "
            + "goodbye see you later welcome there again navigator ok okay great cool awesome perfect wonderful nice appreciate appreciated cheers",
            "Hello! I answer questions about your documents, such as an insurance policy or a benefits summary. What would you like to know?"),
        ("es", "hola buenos buenas días dias tardes noches gracias muchas muchísimas adiós adios hasta luego pronto saludos vale perfecto",
            "¡Hola! Respondo preguntas sobre sus documentos, como una póliza de seguro o un resumen de beneficios. ¿Qué le gustaría saber?"),
        ("fr", "bonjour bonsoir salut coucou merci beaucoup au revoir à bientôt bonne journée soirée parfait",
            "Bonjour ! Je réponds aux questions sur vos documents, comme une police d'assurance ou un résumé de prestations. Que "
                + "souhaitez-vous savoir ?"),
        ("de", "hallo guten tag morgen abend danke dankeschön vielen schön sehr tschüss tschüß auf wiedersehen servus moin grüß gott",
            "Hallo! Ich beantworte Fragen zu Ihren Unterlagen, etwa einer Versicherungspolice oder einer Leistungsübersicht. "
                + "Was möchten Sie wissen?"),
        ("pt", "olá ola oi bom boa dia tarde noite obrigado obrigada muito tchau até logo",
            "Olá! Respondo a perguntas sobre os seus documentos, como uma apólice de seguro ou um resumo de benefícios. O que gostaria de saber?"),
        ("it", "ciao buongiorno buonasera buon giorno salve grazie mille tante arrivederci",
            "Ciao! Rispondo a domande sui Suoi documenti, come una polizza assicurativa o un riepilogo delle prestazioni. Che cosa vorrebbe sapere?"),
        ("vi", "xin chào chao cảm ơn cám nhiều tạm biệt bạn",
            "Xin chào! Tôi trả lời câu hỏi về tài liệu của bạn, như hợp đồng bảo hiểm hoặc bản tóm tắt quyền lợi. Bạn muốn biết điều gì?"),
        ("tl", "kumusta kamusta magandang umaga hapon gabi araw po salamat maraming paalam",
            "Kumusta! Sumasagot ako ng mga tanong tungkol sa inyong mga dokumento, tulad ng polisiya ng seguro o buod ng mga benepisyo. Ano ang "
                + "gusto ninyong malaman?"),
        ("ru", "привет здравствуйте здравствуй добрый день вечер доброе утро спасибо большое пока до свидания",
            "Здравствуйте! Я отвечаю на вопросы о ваших документах, например о страховом полисе или перечне льгот. Что вы хотели бы узнать?"),
        ("ar", "مرحبا مرحباً السلام عليكم شكرا شكراً جزيلا أهلا صباح الخير مساء مع السلامة",
            "مرحبًا! أجيب عن الأسئلة المتعلقة بمستنداتك، مثل وثيقة التأمين أو ملخص المزايا. ماذا تود أن تعرف؟"),
        ("zh", "你好 您好 谢谢 谢谢你 谢谢您 多谢 再见 早上好 晚上好 下午好",
            "您好！我可以回答有关您文件的问题，例如保险单或福利摘要。您想了解什么？"),
        ("ko", "안녕하세요 안녕 감사합니다 고맙습니다 감사해요 고마워요",
            "안녕하세요! 보험 증권이나 혜택 요약과 같은 문서에 관한 질문에 답해 드립니다. 무엇을 알고 싶으신가요?"),
    ];

    /// <summary>Words that are not small talk alone: "you", "there", "much".</summary>
    private static readonly HashSet<string> Fillers =
    [
        .. ("you very much so a lot many there again navigator day night good see later au à sehr auf muito bom boa até po araw день до مع "
            + "nhiều bạn mille ok").Split(' '),
    ];

    /// <returns>The language of the small talk; null if the text is not small talk.</returns>
    public static string? LanguageOf(string text)
    {
        var words = text.ToLowerInvariant()
            .Split([.. text.ToLowerInvariant().Where(c => !char.IsLetter(c) && c is not '\u064B').Distinct()], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > MaxWords || words.All(Fillers.Contains))
            return null;
        foreach (var (language, known, _) in Languages)
        {
            if (words.All(known.Split(' ').Contains))
                return language;
        }
        return null;
    }

    public static JobAnswer Reply(string language)
    {
        var (spoken, _, reply) = Languages.FirstOrDefault(entry => entry.Language == language.Split('-')[0], Languages[0]);
        return new JobAnswer { Text = reply, Language = spoken, Model = JobPlan.Rules, Citations = [] };
    }
}
