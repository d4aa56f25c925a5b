using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Navigator.Text;

namespace Navigator.Workers.Intake.Screening;

/// <summary>
/// Recognises text that addresses the model: orders to forget its instructions, another role, the markup of a prompt, a request to show the
/// prompt. Patterns do not catch new wordings. Fences around data, checked replies and verified quotes limit the effect of those.
/// </summary>
internal static partial class Instructions
{
    /// <summary>
    /// Not RegexOptions.NonBacktracking: to build these automata took the first question of a process 650 ms. Repetitions that may overlap are
    /// short, so that no text needs long.
    /// </summary>
    internal const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    /// <summary>
    /// Milliseconds for one pattern. If they pass, the text was made to need long or the machine is busy, and an automaton decides.
    /// </summary>
    internal const int Patience = 250;

    /// <summary>Places where an order may begin. "What if I ignore …" is a question and not an order.</summary>
    private const string Begin =
        @"(^|[.!?:;,…\n""'“”«»()\[\]{}*#>|-] ?|\b(please|now|and|then|kindly|first|also|to|must|will|should|by|bitte|por favor|veuillez) )";

    private const string Which = @"((all|any|each|every|of|the|your|my|our|these|those|this|that|previous|previously|prior|earlier|above|preceding"
        + @"|foregoing|given|system|safety|security|initial|original|existing|current|other|developer|hidden|built-in|ethical) ){1,7}";

    [GeneratedRegex(
        $@"{Begin}(ignore|disregard|forget|override|overrule|bypass|discard|neglect|do not follow|don't follow|stop following"
            + $@"|pay no attention to|erase) {Which}(instructions?|prompts?|rules|guidelines|directives?|directions|commands?|orders|restrictions"
            + @"|guardrails|programming|constraints|training|messages?)\b",
        Options, Patience)]
    private static partial Regex Override { get; }

    [GeneratedRegex(
        $@"{Begin}(ignore|disregard|forget|discard) (everything|anything|all|what|whatever)( that)?( (was|is|stands|comes|came|has been"
            + @"|i|you|we|they)( have| were| was| had| been)?)?( (said|told|written|stated|given|learned|taught|know|instructed))?( you| me)? ?(above"
            + @"|before|so far|earlier|previously|up to now|until now|prior)",
        Options, Patience)]
    private static partial Regex OverrideAll { get; }

    [GeneratedRegex(
        @"(^|[.!?\n""*#] ?)(new|updated|revised|real|actual|urgent|important) (system )?(instructions?|directives?|prompts?|task for (the"
            + @"|you)( assistant| ai)?)( for (the|you)( assistant| ai| model)?)? ?[:=]|\b(your|the) (new|real|actual|only|true) (task|instruction"
            + @"|goal|job|objective|purpose)s? (is|are) (now )?(to|:)",
        Options, Patience)]
    private static partial Regex NewTask { get; }

    [GeneratedRegex(
        @"\b(you are now|from now on,? you|you will now|you must now|henceforth you) (a |an |the |in |my |called|free|no longer|going|act|are|will"
            + @"|must|behave|respond|answer|speak|only|always|pretend|obey|be |follow)|\b(act|behave|respond|answer|reply|speak) (as"
            + @"|like) ((if you (were|are|had) )?(an? |the )?(unrestricted|uncensored|unfiltered|jailbroken|evil|different|another|hacked|rogue"
            + @"|amoral|linux|root|terminal|admin|administrator|developer|dan\b|ai\b|chatgpt|assistant without|language model))|\b(pretend|imagine"
            + @"|roleplay|role-play|simulate) (that )?(to be|you are|you're|you were|you have|being|as) (an? |the |no |not )?(ai|assistant"
            + @"|unrestricted|uncensored|evil|different|another|hacker|rules|restrictions|bound|free|jailbroken|dan|chatgpt|gpt|language model"
            + @"|system|terminal|linux)|\b(developer|debug|dan|god|sudo|admin|jailbreak|maintenance|unrestricted) mode (is |now )?(on|enabled"
            + @"|activated|active)|\b(enter|enable|activate|switch (in)?to|go into) (developer|debug|dan|god|sudo|admin|jailbreak|maintenance"
            + @"|unrestricted) mode|\bdo anything now\b|\bjailbreak (yourself|the (ai|model|assistant))",
        Options, Patience)]
    private static partial Regex Persona { get; }

    [GeneratedRegex(
        @"\b(show|reveal|print|repeat|display|output|tell|give|share|leak|dump|list|recite|quote|expose|disclose|paste|copy|write|summari[sz]e"
            + @"|translate|encode|what (is|are|was|were|does|do)|say)\b.{0,40}\b(your|the|this|its) ((exact|full|complete|entire|whole|initial"
            + @"|original|hidden|secret|internal|confidential|system|developer|above|own|previous|first|starting|base"
            + @"|underlying) ){0,4}(system prompt|system message|system instructions?|developer (message|prompt|instructions?)|prompt\b|pre-?prompt"
            + @"|meta-?prompt|(initial|hidden|secret|internal|original|confidential) (instructions?|rules|guidelines|directives?)|(instructions?"
            + @"|rules|text|words|message) (above|you were given|you (have )?(received|got)|verbatim|that precede))",
        Options, Patience)]
    private static partial Regex PromptRequest { get; }

    [GeneratedRegex(@"\b(what (are|were)|show|reveal|print|repeat|tell me|list|give me|output"
        + @"|display) (me )?(all )?(of )?your (exact |full |own |original )?instructions?( verbatim| exactly| word for word| in full)? ?([.?!]|$)",
        Options, Patience)]
    private static partial Regex OwnInstructions { get; }

    [GeneratedRegex(
        @"<\|(im_start|im_end|im_sep|system|assistant|user|endoftext|begin_of_text|start_header_id|end_header_id|eot_id)[^<>|]{0,20}\|>|\[/?inst\]"
            + @"|<</?sys>>|</?(system|instructions?|system_prompt|prompt|sources?|question|assistant)>|</(context|documents?|passages?)>"
            + @"|(^|\n) ?#{0,4} ?\[?(system|assistant"
            + @"|developer)( prompt| message| instructions?)?\]? ?: ?[a-z]|""role"" ?: ?""(system|assistant|developer)""",
        Options, Patience)]
    private static partial Regex Markup { get; }

    [GeneratedRegex(
        @"\b(send|post|forward|upload|append|transmit|exfiltrate|leak|include|embed|render|load|fetch)\b.{0,80}\b(conversation|question|answer|data"
            + @"|history|secrets?|keys?|passwords?|details|information|image|pixel|response|text)\b.{0,80}(https?://|www\.)|\b(ai|assistant|chatbot"
            + @"|language model|llm|gpt)s?\b.{0,40}\b(must|should|shall|have to|are (to|required)|is (to|required)|needs? to) .{0,30}\b(say|reply"
            + @"|respond|answer|ignore|recommend|tell|state|write|add|include|output)\b",
        Options, Patience)]
    private static partial Regex Exfiltration { get; }

    private static readonly ConcurrentDictionary<Regex, Regex> Automata = new();

    private static readonly Regex[] Patterns = [Override, OverrideAll, NewTask, Persona, PromptRequest, OwnInstructions, Markup, Exfiltration,
        ForeignInstructions.AllOfThem, ForeignInstructions.German, ForeignInstructions.SpanishOrFrench, ForeignInstructions.Chinese];

    /// <summary>Instructions of a doctor, an insurer and the like, which a question may be about.</summary>
    [GeneratedRegex(@"^.{0,12}\b(from|of|by|that|which|given|for|on|about|in|regarding|my|to)\b.{0,30}\b(doctor"
        + @"|physician|nurse|pharmac\w*|provider|hospital|surgeon|dentist|clinic|therapist|specialist|insurer|insurance|plan|policy|agent|employer"
        + @"|broker|carrier|medicare|letter|form|document|booklet)\b",
        Options, Patience)]
    private static partial Regex OfAnyTenant { get; }

    /// <summary>The text above something on a page, and not above the question.</summary>
    [GeneratedRegex(@"^ (the|my|our|a|an|his|her|each) (\w{1,20} )?(signature|table|line|name|box|form|logo|section|picture|chart|heading|address"
        + @"|date|barcode|total|photo|list|footnote|seal|stamp)\b", Options, Patience)]
    private static partial Regex OnPage { get; }

    public static bool IsIn(string text) => IsIn(text, pattern => pattern);

    /// <param name="form">The form in which a pattern is tried first.</param>
    internal static bool IsIn(string text, Func<Regex, Regex> form)
    {
        try
        {
            return AnyIn(text, form);
        }
        catch (RegexMatchTimeoutException)
        {
            return AnyIn(text, Automaton);
        }
    }

    private static bool AnyIn(string text, Func<Regex, Regex> form)
    {
        var plain = Plain(text, form);
        return Array.Exists(Patterns, pattern => IsIn(plain, pattern, form));
    }

    private static bool IsIn(string plain, Regex pattern, Func<Regex, Regex> form)
    {
        for (var match = form(pattern).Match(plain); match.Success; match = match.NextMatch())
        {
            if (Exception(pattern) is not { } honest || !form(honest).IsMatch(plain.AsSpan(match.Index + match.Length)))
                return true;
        }
        return false;
    }

    /// <returns>What makes a match honest if it follows. Null: nothing does.</returns>
    private static Regex? Exception(Regex pattern) =>
        pattern == Override || pattern == OverrideAll ? OfAnyTenant : pattern == PromptRequest ? OnPage : null;

    /// <summary>The same pattern as an automaton, whose time grows with the text's length only. It is built when it is first needed.</summary>
    private static Regex Automaton(Regex pattern) =>
        Automata.GetOrAdd(pattern, slow => new Regex(
            slow.ToString(), slow.Options | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout));

    /// <summary>Folds compatibility forms, case and spaces, and restores words that are spelled to be missed.</summary>
    private static string Plain(string text, Func<Regex, Regex> form)
    {
        var folded = NormalForm.Of(HiddenText.Unmix(text), NormalizationForm.FormKC).ToLowerInvariant().Replace('’', '\'');
        folded = form(SpelledText.Spelled).Replace(folded, SpelledText.Join);
        var plain = new StringBuilder(folded.Length);
        foreach (var c in folded)
        {
            if (!char.IsWhiteSpace(c))
                plain.Append(c);
            else if (c == '\n')
                plain.Append(c);
            else if (plain.Length > 0 && !char.IsWhiteSpace(plain[^1]))
                plain.Append(' ');
        }
        return SpelledText.Unscramble(plain.ToString());
    }
}
