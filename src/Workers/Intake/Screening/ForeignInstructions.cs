using System.Text.RegularExpressions;

namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Orders to the model in other languages than English. They address it ("deine Regeln", "tu prompt"): a question about the instructions of a
/// doctor or the rules of a policy does not.
/// </summary>
internal static partial class ForeignInstructions
{
    /// <summary>The most common attack, "ignore all instructions", in all other detected languages.</summary>
    [GeneratedRegex(
        @"\b(ignora|ignore|olvida|olvide|descarta)( todas?)?( las| los| tus| sus| mis)?( instrucciones| indicaciones| órdenes| reglas)( anteriores"
            + @"| previas| de arriba| del sistema)|\b(olvida|olvide) todo lo (anterior|dicho)|\b(muestra|muéstrame|revela|dime|imprime) (tu|el"
            + @"|su) (prompt|mensaje del sistema|mensaje de sistema)"
        + @"|\b(ignore|ignorez|oublie|oubliez)( toutes?)?( les| tes| vos)( instructions?| consignes?| règles?)( précédentes?| antérieures?"
        + @"| ci-dessus| du système)|\b(montre|révèle|affiche)[sz]?(-moi)? (ton|votre|le) (prompt|message système)"
        + @"|\b(ignoriere?|ignorieren sie|vergiss|vergessen sie|missachte)( bitte)?( alle| sämtliche)?( deine| ihre| die)?( vorherigen?| bisherigen?"
        + @"| obigen?| früheren?| vorigen?)( anweisungen?| instruktionen?| regeln?| befehle?)|\bzeige?( mir)? (deinen|ihren"
        + @"|den) (system-?prompt|prompt)"
        + @"|\b(ignore|ignora|esqueça|esqueca|desconsidere)( todas?)?( as| suas| tuas)( instruções| instrucoes| regras| ordens)( anteriores| acima"
        + @"| prévias| do sistema)|\b(ignora|dimentica)( tutte)?( le| tue| sue)*( istruzioni| regole| indicazioni)( precedenti| di sopra"
        + @"| del sistema)"
        + @"|忽略.{0,6}(之前|以上|上面|前面|先前|所有).{0,6}(指令|指示|说明|提示|规则)|(игнорируй(те)?|забудь(те)?)( все)?( предыдущие| прежние| прошлые)( инструкции"
        + @"| указания| правила)|(이전|위의|앞의|모든).{0,4}(지시|지침|명령|규칙).{0,8}(무시|잊)|تجاهل.{0,10}(التعليمات|الأوامر|الإرشادات)"
        + @"|\bbỏ qua( tất cả)?( các| mọi)?( hướng dẫn| chỉ dẫn| chỉ thị| lệnh)( trước| ở trên| bên trên)|\b(balewalain|huwag pansinin"
        + @"|kalimutan)( mo)?( ang)?( lahat ng)?( mga)?( naunang| nakaraang)( tagubilin| utos| panuto)",
        Instructions.Options, Instructions.Patience)]
    public static partial Regex AllOfThem { get; }

    [GeneratedRegex(
        @"\b(vergiss|ignoriere?|missachte|verwirf|lösche|streiche)\b[^.!?\n]{0,30}\b(deine[rn]?|dir|systems?)\b[^.!?\n]{0,40}\b(anweisung|vorgabe"
            + @"|regel|richtlinie|vorschrift|befehl|instruktion|rolle\b|gesagt|aufgetragen|beigebracht|programmier)"
        + @"|\bdeine ([a-zäöü]{1,15} )?(regeln|vorschriften|anweisungen|vorgaben|befehle|richtlinien)( gelten| sind)?( ab jetzt| hiermit| nun)?"
            + @" (nicht mehr|aufgehoben|ungültig|nichtig|außer kraft|abgeschaltet)"
        + @"|\bdu bist (jetzt|nun|ab jetzt|ab sofort|von nun an|ab heute) (ein|eine|der|die|kein|keine|frei)\b"
        + @"|\b(zeig|nenn|gib|verrat|wiederhol|druck|schreib|sag)e?\b[^.!?\n]{0,40}\b(deinen?|deiner) ([a-zäöü]{1,15} )?(system-?prompt|prompt"
            + @"|systemnachricht|systemanweisung)"
        + @"|\b(antworte|sprich|rede)\b[^.!?\n]{0,20}\bohne (jede |jegliche |irgendwelche )?(einschränkung|zensur|filter\b|regeln|vorschriften)",
        Instructions.Options, Instructions.Patience)]
    public static partial Regex German { get; }

    [GeneratedRegex(
        @"\b(ignora|olvida|olvídate|descarta|desobedece|omite)\b[^.!?\n]{0,30}\b(tus|te|sistema)\b[^.!?\n]{0,40}\b(instrucciones|reglas|normas"
            + @"|directrices|órdenes|indicaciones|restricciones|dijeron|ordenaron|programaron)\b"
        + @"|\b(actúa|responde|contesta|contéstame|habla|compórtate)\b[^.!?\n]{0,30}\bsin (ninguna |ningún )?(reglas?|restricci[óo]n(es)?|límites?"
            + @"|censura|filtros?|normas?)\b"
        + @"|\bya no tienes (ninguna |ningún )?(reglas?|restricci[óo]n(es)?|límites?"
            + @"|normas?)\b|\bno sigas (ninguna|tus|las) (norma|regla|instruccion)"
        + @"|\b(ahora|desde ahora|a partir de ahora),? eres (un|una|el|la|libre)\b"
        + @"|\b(muestra|muéstrame|revela|dime|imprime|repite|escribe)\b[^.!?\n]{0,40}\btus? (prompt|mensaje del? sistema|configuración interna"
            + @"|instrucciones (ocultas|iniciales|secretas|internas|anteriores|del sistema))"
        + @"|\b(ne (tiens|tenez) (plus|pas) compte|ignore[rz]?|oublie[rz]?)\b[^.!?\n]{0,30}\b(tes|ton|t'|système|précédentes)\b?[^.!?\n]{0,40}"
            + @"\b(instruction|consigne|règle|directive|restriction)"
        + @"|\b(réponds|parle|agis|fais comme si)\b[^.!?\n]{0,30}\b(sans|aucune?)( aucune?)? (limite|filtre|censure|règle|restriction)"
        + @"|\btu es (désormais|maintenant|à présent|dorénavant) (un|une|le|la|libre)\b|\btu n'as plus (de|aucune?) (limite|filtre|règle|restriction)"
        + @"|\b(montre|révèle|affiche|répète|donne|écris)(-moi)?\b[^.!?\n]{0,40}\b(ton|tes) (prompt|message système|(instruction|consigne)s?"
            + @" (cachée|secrète|initiale|interne))",
        Instructions.Options, Instructions.Patience)]
    public static partial Regex SpanishOrFrench { get; }

    [GeneratedRegex(
        @"(忽略|无视|忘记|忘掉|绕过|抛开|不要遵守|不再遵守).{0,6}(你的|你被|系统给|系统的|开发者).{0,8}(指令|指示|说明|提示|规则|设定|命令|要求|限制)"
            + @"|(从现在起|现在开始|从现在开始),?你.{0,4}(没有|不受|不再受).{0,6}(限制|约束|规则|审查)"
            + @"|(扮演|假装|假设你).{0,12}(不受|没有|无).{0,6}(限制|约束|规则|审查|规定)"
            + @"|(输出|显示|告诉我|透露|重复|打印|给我看).{0,8}(你的|系统).{0,6}(提示词|系统提示|提示语|系统消息|隐藏指令|初始指令)"
            + @"|(你的系统提示|你的提示词|系统提示词).{0,12}(输出|显示|告诉|透露|发给|打印|写出)",
        Instructions.Options, Instructions.Patience)]
    public static partial Regex Chinese { get; }
}
