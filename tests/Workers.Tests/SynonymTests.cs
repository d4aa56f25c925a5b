using Navigator.Runtime;
using Navigator.Servers;
using Navigator.Workers.Synonyms;

namespace Navigator.Workers.Tests;

/// <summary>The words of documents that a question gets for the words of people.</summary>
public sealed class SynonymTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("What does the ER cost?", "emergency care")]
    [InlineData("Emergency-room visits?", "emergency care")]
    [InlineData("Is an X-ray covered?", "diagnostic tests radiology")]
    [InlineData("Is an x ray covered?", "diagnostic tests radiology")]
    [InlineData("What is the most I have to pay?", "maximum out-of-pocket amount")]
    [InlineData("What is the copay for emergency care in the ER?", null)]
    [InlineData("What does the ERA say?", null)]
    [InlineData("Were the ER's fees paid?", "emergency care")]
    [InlineData("Is my car’s windshield insured?", "insured vehicle")]
    [InlineData("", null)]
    public void The_shipped_file_says_it_in_the_documents_words(string question, string? expected) =>
        Assert.Equal(expected, new SynonymFile(Path.Combine(ServerSet.Root, "synonyms.yaml")).Of(question));

    [Fact]
    public void Earlier_entries_are_preferred_and_at_most_four_are_used()
    {
        var synonyms = Of("5th: [five]\n4th: [four]\n3rd: [three]\n2nd: [two]\n1st: [one]\n");

        Assert.Equal("5th 4th 3rd 2nd", synonyms.Of("one two three four five"));
        Assert.Equal("2nd 1st", synonyms.Of("One, two!"));
    }

    [Fact]
    public void A_short_term_of_the_documents_is_looked_for_as_a_word()
    {
        var synonyms = Of("ER: [emergency room]\n");

        Assert.Equal("ER", synonyms.Of("Is the emergency room covered?"));
        Assert.Null(synonyms.Of("Is the emergency room (er) covered?"));
    }

    [Fact]
    public void Accents_case_and_hyphens_are_no_difference_and_endings_are_one()
    {
        var synonyms = Of("Selbstbeteiligung: [Eigenanteil, Höhe des Anteils]\n");

        Assert.Equal("Selbstbeteiligung", synonyms.Of("die HOHE-DES-ANTEILS?"));
        Assert.Null(synonyms.Of("Eigenanteile"));
        Assert.Null(synonyms.Of("Höhe Anteils"));
    }

    [Fact]
    public void A_script_without_spaces_is_searched_inside_its_words()
    {
        var synonyms = Of("免責金額: [自己負担]\n");

        Assert.Equal("免責金額", synonyms.Of("私の自己負担はいくらですか"));
        Assert.Null(synonyms.Of("自己はいくらですか"));
    }

    [Theory]
    [InlineData("- a\n- b\n", "expected one mapping")]
    [InlineData("a: b\n", "line 1: expected 'the documents' words: [what people say, …]'")]
    [InlineData("a: [b]\nc: [{d: e}]\n", "line 2: expected")]
    [InlineData("a: [b]\n\nc: ['']\n", "line 3: each of the words has 1 to 100 characters")]
    [InlineData("a: [b\n", "line ")]
    public void A_wrong_file_is_named_with_its_line_and_the_old_entries_stay(string text, string expected)
    {
        var synonyms = Of("deductible: [excess]\n");
        File.WriteAllText(path, text);

        var error = Assert.Throws<StartupException>(() => synonyms.Reload());

        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal("deductible", synonyms.Of("my excess"));
    }

    [Fact]
    public void A_file_that_is_too_large_is_refused() =>
        Assert.Throws<StartupException>(() => Of(string.Concat(Enumerable.Range(0, 1_001).Select(i => $"a{i}: [b{i}]\n"))));

    [Fact]
    public void An_empty_file_has_no_synonyms() => Assert.Null(Of("# none\n").Of("What does the ER cost?"));

    [Fact]
    public void A_missing_file_is_one_line()
    {
        File.Delete(path);

        Assert.Equal($"{path}: the file of synonyms cannot be read (FileNotFoundException).",
            Assert.Throws<StartupException>(() => new SynonymFile(path)).Message);
    }

    [Fact]
    public void A_long_phrase_is_found_in_a_long_question()
    {
        var synonyms = Of(string.Concat(Enumerable.Range(0, 1_000).Select(i => $"a{i}: [b{i} c d e f g h]\n")));

        Assert.Equal("a7", synonyms.Of(string.Join(' ', Enumerable.Repeat("b7 c d e f g", 400)) + " h"));
    }

    private SynonymFile Of(string text)
    {
        File.WriteAllText(path, text);
        return new SynonymFile(path);
    }
}
