namespace Navigator.Api.Tests;

/// <summary>Synonyms that are edited while the process runs.</summary>
public sealed class SynonymTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public async Task A_question_is_searched_for_the_words_of_the_file_as_it_is_now()
    {
        File.WriteAllText(path, "");
        using var api = await ApiHost.Start(("Retrieval:Synonyms", path));
        Assert.Equal(["Is a quokka covered?"], await Searched(api));

        Write("insured animal: [quokka]\n");
        await Eventually.Holds(async () => (await Searched(api)).SequenceEqual(["Is a quokka covered?", "insured animal"]));

        Write("no mapping");
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        Assert.Equal(["Is a quokka covered?", "insured animal"], await Searched(api));
    }

    /// <summary>At once: a file that is written in place is empty for a moment, which is no synonyms at all.</summary>
    private void Write(string text)
    {
        File.WriteAllText($"{path}.new", text);
        File.Move($"{path}.new", path, overwrite: true);
    }

    private static async Task<IReadOnlyList<string?>> Searched(ApiHost api) =>
    [
        .. (await api.Ask(new { question = "Is a quokka covered?", web = false })).GetProperty("plan").GetProperty("waves")[0]
            .GetProperty("document_queries").EnumerateArray().Select(query => query.GetString()),
    ];
}
