using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Navigator.Api.Documents;
using Navigator.Runtime.Limits;
using Navigator.Servers;
using Navigator.Workers;

namespace Navigator.Api.Tests;

/// <summary>docs/settings.md is what the options say of themselves; NAVIGATOR_WRITE_DOCS=1 writes it anew (make settings).</summary>
public sealed class SettingsDocTests
{
    private const string From = "<!-- settings: generated -->\n", To = "\n<!-- end -->";

    private static readonly Assembly[] Programs = [typeof(ConcurrencyPolicy).Assembly, typeof(Pipeline).Assembly, typeof(SampleDocuments).Assembly];

    /// <summary>What concurrency.yaml says, by the paths of configuration.</summary>
    private static readonly Dictionary<string, string?> Shipped = new(
        YamlConfiguration.Read(Path.Combine(ServerSet.Root, "concurrency.yaml"), ConcurrencyPolicy.Section), StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, XElement> Comments = Programs
        .SelectMany(program => XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{program.GetName().Name}.xml")).Descendants("member"))
        // What source generators write stands in both.
        .Where(member => member.Attribute("name")!.Value[1..].StartsWith(":Navigator.", StringComparison.Ordinal))
        .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    [Fact]
    public void Docs_settings_is_what_the_options_say()
    {
        var path = Path.Combine(ServerSet.Root, "docs", "settings.md");
        var page = File.ReadAllText(path);
        var (start, end) = (page.IndexOf(From, StringComparison.Ordinal) + From.Length, page.IndexOf(To, StringComparison.Ordinal));
        var said = Sections().ToList();

        if (Environment.GetEnvironmentVariable("NAVIGATOR_WRITE_DOCS") is "1")
        {
            File.WriteAllText(path, page[..start] + string.Join('\n', said) + page[end..]);
            return;
        }
        var written = page[start..end].Split('\n');
        var different = said.Except(written).Select(line => $"the code says   {line}")
            .Concat(written.Except(said).Select(line => $"the page says   {line}")).ToList();
        Assert.True(different.Count == 0, $"docs/settings.md (make settings writes it anew):\n{string.Join('\n', different)}");
        Assert.Equal(said, written);
    }

    [Fact]
    public void Every_setting_says_what_it_means() =>
        Assert.Empty(Options().SelectMany(type => Settings(type, Section(type), "__")).Concat(Limits().SelectMany(limits => limits.Settings))
            .Where(setting => Meaning(setting.Property).Length == 0).Select(setting => setting.Key));

    private static IEnumerable<string> Sections()
    {
        foreach (var type in Options())
        {
            yield return $"### {Section(type)}";
            yield return Summary($"T:{type.FullName}");
            yield return "";
            yield return "| setting | type | default | range | meaning |";
            yield return "|---|---|---|---|---|";
            foreach (var (key, property, owner) in Settings(type, Section(type), "__"))
                yield return $"| `{key}` | {TypeOf(property)} | {Code(Default(property, owner))} | {RangeOf(property)} | {Meaning(property)} |";
            yield return "";
        }
        yield return "### concurrency.yaml";
        yield return Summary($"T:{typeof(ConcurrencyPolicy).FullName}");
        foreach (var (name, part, settings) in Limits())
        {
            yield return "";
            yield return $"#### {name}";
            if (Summary($"T:{part.FullName}") is { Length: > 0 } summary)
                yield return summary;
            yield return "";
            yield return "| setting | type | shipped | range | changes | meaning |";
            yield return "|---|---|---|---|---|---|";
            foreach (var (key, property, _) in settings)
                yield return $"| `{key}` | {TypeOf(property)} | {Code(InFile(key))} | {RangeOf(property)} | "
                    + $"{(property.GetCustomAttribute<AtStartAttribute>() is null ? "live" : "at start")} | {Meaning(property)} |";
        }
    }

    /// <summary>The options of both programs, but for the policy.</summary>
    private static IEnumerable<Type> Options() => Programs.SelectMany(program => program.GetTypes())
        .Where(type => type != typeof(ConcurrencyPolicy) && type.GetField("Section")?.IsLiteral == true).OrderBy(Section, StringComparer.Ordinal);

    private static string Section(Type type) => (string)type.GetField("Section")!.GetRawConstantValue()!;

    private static IEnumerable<(string Name, Type Part, List<(string Key, PropertyInfo Property, Type Owner)> Settings)> Limits()
    {
        foreach (var section in Written(typeof(ConcurrencyPolicy)))
        {
            var name = Snake(section.Name);
            var entry = section.PropertyType.IsGenericType ? section.PropertyType.GetGenericArguments()[1] : null;
            var part = entry ?? section.PropertyType;
            yield return (name, part,
                [.. Flat(part, entry is null ? $"{name}." : $"{name}.*.")]);
        }
    }

    /// <summary>The settings of a part and of the parts that it has.</summary>
    private static IEnumerable<(string Key, PropertyInfo Property, Type Owner)> Flat(Type part, string prefix) => Written(part).SelectMany(
        property => property.PropertyType.IsClass && property.PropertyType != typeof(string)
            ? Flat(property.PropertyType, $"{prefix}{Snake(property.Name)}.")
            : [(prefix + Snake(property.Name), property, part)]);

    private static IEnumerable<(string Key, PropertyInfo Property, Type Owner)> Settings(Type type, string prefix, string separator)
    {
        foreach (var property in Written(type))
        {
            var key = $"{prefix}{separator}{property.Name}";
            if (!property.PropertyType.IsGenericType || property.PropertyType.GetGenericTypeDefinition() != typeof(IReadOnlyList<>))
                yield return (key, property, type);
            else if (property.PropertyType.GetGenericArguments()[0] is var item && item == typeof(string))
                yield return ($"{key}{separator}0", property, type);
            else
                foreach (var setting in Settings(item, $"{key}{separator}0", separator))
                    yield return setting;
        }
    }

    private static IEnumerable<PropertyInfo> Written(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static string TypeOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type switch
        {
            _ when type == typeof(TimeSpan) => "duration",
            _ when type == typeof(bool) => "`true` or `false`",
            _ when type == typeof(int) || type == typeof(long) => "whole number",
            _ when type == typeof(double) => "number",
            _ when type == typeof(Uri) => "address",
            _ when type == typeof(string) || type == typeof(IReadOnlyList<string>) => "text",
            { IsEnum: true } => string.Join(", ", Enum.GetNames(type).Select(name => $"`{name}`")),
            _ => throw new InvalidOperationException($"{property.DeclaringType!.Name}.{property.Name} has a type that settings do not have yet."),
        };
    }

    private static string RangeOf(PropertyInfo property) =>
        property.GetCustomAttribute<RangeAttribute>() is { } range
            ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum:#,0.##} to {range.Maximum:#,0.##}")
            : property.GetCustomAttribute<DurationRangeAttribute>() is { } duration ? $"{duration.Least} to {duration.Most}"
            : property.GetCustomAttribute<RegularExpressionAttribute>() is { } text ? $"`{text.Pattern}`"
            : "";

    private static string Default(PropertyInfo property, Type owner) => property.GetValue(Activator.CreateInstance(owner)) switch
    {
        null => "",
        TimeSpan duration => Duration.Write(duration),
        bool flag => flag ? "true" : "false",
        IReadOnlyList<string> list => string.Join(", ", list),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>One value, or the different ones of the entries, in the order of the file.</summary>
    private static string InFile(string key)
    {
        var path = new Regex($"^{ConcurrencyPolicy.Section}:{key.Replace("_", "", StringComparison.Ordinal)
            .Replace(".*.", ":[^:]+:", StringComparison.Ordinal).Replace('.', ':')}$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
        return string.Join(", ", Shipped.Where(setting => path.IsMatch(setting.Key)).Select(setting => setting.Value).Distinct());
    }

    private static string Code(string value) => value.Length == 0 ? "" : $"`{value}`";

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static string Meaning(PropertyInfo property) => Summary($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string Summary(string member)
    {
        if (!Comments.TryGetValue(member, out var comment) || comment.Element("summary") is not { } summary)
            return "";
        var words = summary.Nodes().Select(node => node switch
        {
            XText text => text.Value.Replace("<", "&lt;", StringComparison.Ordinal),
            XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")!.Value.Split('.')[^1]}`",
            XElement element => $"`{element.Value}`",
            _ => "",
        });
        return string.Join(' ', string.Concat(words).Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
            .Replace("|", "\\|", StringComparison.Ordinal);
    }
}
