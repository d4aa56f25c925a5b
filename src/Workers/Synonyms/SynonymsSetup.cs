namespace Navigator.Workers.Synonyms;

internal static class SynonymsSetup
{
    /// <param name="path">Null or empty: the file beside the program.</param>
    /// <exception cref="Runtime.StartupException">The file is missing or invalid.</exception>
    public static SynonymFile AddSynonyms(this IServiceCollection services, string? path)
    {
        var file = new SynonymFile(!string.IsNullOrEmpty(path) ? path : Path.Combine(AppContext.BaseDirectory, "synonyms.yaml"));
        services.AddSingleton(file).AddHostedService<SynonymWatch>();
        return file;
    }
}
