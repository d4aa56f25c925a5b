using System.Text;
using System.Text.RegularExpressions;

namespace Navigator.Workers.Intake.Screening;

internal enum PersonalKind
{
    SocialSecurityNumber,
    MedicareNumber,
    CardNumber,
    PhoneNumber,
    MailAddress,
    DateOfBirth,
    StreetAddress,
}

/// <param name="Start">Position in UTF-16 characters.</param>
internal readonly record struct PersonalDatum(PersonalKind Kind, int Start, int Length)
{
    public int End => Start + Length;
}

/// <summary>
/// Recognises personal data by its form and the words before it, so that it is not sent to a web search. In doubt it treats a text as
/// personal: a number that may be a telephone number counts as one.
/// </summary>
internal static partial class PersonalData
{
    /// <summary>
    /// Limit for one pattern, in ms. The patterns take microseconds. The limit is long because it is measured in wall-clock time, and a process
    /// that gets no processor time for a while should not exceed it.
    /// </summary>
    private const int Timeout = 10_000;

    /// <summary>Returns the data in the order of the text, without overlaps.</summary>
    public static IReadOnlyList<PersonalDatum> Find(string text)
    {
        var found = new List<PersonalDatum>();
        // The most certain patterns come first. Text that one pattern matched is not checked by the next.
        Add(Mail(), PersonalKind.MailAddress);
        Add(SocialSecurity(), PersonalKind.SocialSecurityNumber, match => IsSocialSecurityNumber(match.Value));
        Add(Medicare(), PersonalKind.MedicareNumber);
        Add(Digits(), PersonalKind.CardNumber, match => HasLuhnChecksum(match.Value));
        Add(Birth(), PersonalKind.DateOfBirth);
        Add(AnnouncedPhone(), PersonalKind.PhoneNumber, match => match.Groups["value"].Value.Count(char.IsAsciiDigit) is >= 7 and <= 15);
        Add(Phone(), PersonalKind.PhoneNumber, match => match.Value.Count(char.IsAsciiDigit) is >= 8 and <= 15);
        // Last, because it matches the longest text and other numbers must not be taken for house numbers.
        foreach (var (start, length) in PostalAddress.Find(text))
        {
            var datum = new PersonalDatum(PersonalKind.StreetAddress, start, length);
            found.RemoveAll(other => datum.Start <= other.Start && other.End <= datum.End
                && other.Kind is PersonalKind.PhoneNumber or PersonalKind.StreetAddress);
            if (!found.Any(other => other.Start < datum.End && datum.Start < other.End))
                found.Add(datum);
        }
        found.Sort((one, other) => one.Start.CompareTo(other.Start));
        return found;

        void Add(Regex pattern, PersonalKind kind, Func<Match, bool>? holds = null)
        {
            foreach (Match match in pattern.Matches(text))
            {
                var value = match.Groups["value"] is { Success: true } part ? part : (Capture)match;
                var datum = new PersonalDatum(kind, value.Index, value.Length);
                if ((holds is null || holds(match)) && !found.Any(other => other.Start < datum.End && datum.Start < other.End))
                    found.Add(datum);
            }
        }
    }

    /// <summary>Replaces personal data in a text by its kind.</summary>
    public static string Redact(string text)
    {
        var found = Find(text);
        if (found.Count == 0)
            return text;
        var (redacted, from) = (new StringBuilder(text.Length), 0);
        foreach (var datum in found)
        {
            redacted.Append(text, from, datum.Start - from).Append(NameOf(datum.Kind));
            from = datum.End;
        }
        return redacted.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Checks Luhn's formula. Every card number satisfies it, and one in ten other numbers.</summary>
    internal static bool HasLuhnChecksum(string number)
    {
        var (sum, count) = (0, 0);
        for (var i = number.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(number[i]))
                continue;
            var digit = (number[i] - '0') * (1 + count++ % 2);
            sum += digit > 9 ? digit - 9 : digit;
        }
        return count is >= 12 and <= 19 && sum % 10 == 0;
    }

    /// <summary>Area, group and serial number are never all zeros, and no area is 666 (Social Security Administration).</summary>
    private static bool IsSocialSecurityNumber(string number)
    {
        var digits = string.Concat(number.Where(char.IsAsciiDigit));
        return digits[..3] is not ("000" or "666") && digits[3..5] != "00" && digits[5..] != "0000";
    }

    private static string NameOf(PersonalKind kind) => kind switch
    {
        PersonalKind.SocialSecurityNumber => "[social security number]",
        PersonalKind.MedicareNumber => "[Medicare number]",
        PersonalKind.CardNumber => "[card number]",
        PersonalKind.PhoneNumber => "[phone number]",
        PersonalKind.MailAddress => "[mail address]",
        PersonalKind.DateOfBirth => "[date of birth]",
        PersonalKind.StreetAddress => "[address]",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "An unknown kind."),
    };

    [GeneratedRegex(@"[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}", RegexOptions.None, Timeout)]
    private static partial Regex Mail();

    [GeneratedRegex(@"(?<![\d-])[0-9]{3}([- ])[0-9]{2}\1[0-9]{4}(?![\d-])", RegexOptions.None, Timeout)]
    private static partial Regex SocialSecurity();

    /// <summary>A Medicare Beneficiary Identifier: eleven characters without the letters S, L, O, I, B and Z (CMS).</summary>
    [GeneratedRegex(
        @"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2}\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Medicare();

    [GeneratedRegex(@"(?<![\d])[0-9](?:[ -]?[0-9]){11,18}(?![\d])", RegexOptions.None, Timeout)]
    private static partial Regex Digits();

    [GeneratedRegex(
        @"\b(?:born|birth(?:day|date)?|d\.?o\.?b)\b[^\d\n]{0,25}?(?<value>(?:[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{2,4})|(?:(?:jan|feb|mar|apr|may|jun"
            + @"|jul|aug|sep|oct|nov|dec)[a-z]*\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})|(?:[0-9]{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr"
            + @"|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? [0-9]{4}))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Birth();

    [GeneratedRegex(
        @"\b(?:phone|telephone|tel|mobile|cell|desk|fax|office|(?:call|reach|text)(?: (?:me|us|him|her|them))?(?: on| at)?|answering at"
            + @"|messages to)\b(?: number)?(?: is)?[^\p{L}\p{N}+(]{0,4}(?<value>\+?\(?[0-9](?:[0-9 ().-]|(?<=[0-9])x(?=[0-9])){5,22}[0-9])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex AnnouncedPhone();

    /// <summary>Telephone numbers: three and four digits after an area code, the international form, a leading zero, or four pairs.</summary>
    [GeneratedRegex(
        @"(?<![\w.-])(?:(?:(?:\+?1|001)[ .-]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}(?:x[0-9]{1,5})?"
            + @"|\+[0-9]{1,3}(?:[ .-]?\(?[0-9]{1,4}\)?){2,6}|\(?0[0-9]{1,4}\)?(?:[ .-][0-9]{2,4}){2,4}|[0-9]{2}([-. ])[0-9]{2}\1[0-9]{2}\1[0-9]{2}"
            + @"|\([0-9]{2,3}\) ?[0-9]{3}-[0-9]{3})(?![\w-])",
        RegexOptions.None, Timeout)]
    private static partial Regex Phone();
}
