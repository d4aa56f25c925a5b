using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Limits;
using Navigator.Runtime.Tools;
using Navigator.Storage.Ledger;
using Navigator.Text;

namespace Navigator.Workers.Tools.WebSearch;

/// <summary>Sets up the tool that searches the web with Tavily. A job can be answered without it.</summary>
internal static class WebSearchSetup
{
    /// <summary>Weight of a web page relative to a passage of the owner's documents.</summary>
    private const double Share = 0.6;

    /// <summary>Words, folded by <see cref="Terms"/>, that ask for current information, which stored documents do not contain.</summary>
    private static readonly HashSet<string> CurrentWords = new(
        Terms.Of("today tonight tomorrow yesterday now currently current latest recent recently news newest update updates nowadays online website"),
        StringComparer.Ordinal);

    public static ToolSetup AddWebSearch(this ToolSetup tools)
    {
        var options = tools.AddOptions<WebSearchOptions>(WebSearchOptions.Section);
        tools.Services.AddSingleton<TavilyClient>();
        return tools.Add(Descriptor(options)).Consume<SearchWebConsumer, SearchWebConsumerDefinition>(); // question → web pages
    }

    private static ToolDescriptor Descriptor(WebSearchOptions options) => new()
    {
        Name = Tool.WebSearch,
        Queue = QueueNames.SearchWeb,
        Command = (job, attempt) => new SearchWeb(job, attempt),
        Upstreams = [UpstreamNames.Tavily],
        IsOptional = true,
        IsConfigured = options.IsConfigured,
        IsAllowed = job => job.Web,
        FailedText = "the search failed",
        Greeting = ("Web", options.IsConfigured ? $"Tavily at {options.BaseUrl.Host}" : "off (set Tavily__ApiKey to allow it)"),
        Planning = new ToolPlanning
        {
            Key = "web_queries",
            Description = "a search on the web",
            Instruction = "up to 3 short searches on the web, only when the question needs something current or something that no policy says. "
                + "Never a person's name, number or address in them.",
            Allowed = "The web may be searched.",
            Forbidden = "The web may not be searched: web_queries stays empty.",
            IsExternal = true,
            QueriesByRule = question => Terms.Of(question).Any(CurrentWords.Contains) ? [question] : [],
            // A tool that searched the web in the first wave has no other queries.
            InSecondWave = (first, others) => first.Count == 0 ? [.. others.Take(1)] : [],
        },
        HasFoundEnough = results => results.Of<WebSearchResult>(Tool.WebSearch) is { Pages.Count: > 0 },
        Sources = (job, _, _) => Task.FromResult(Sources(job)),
    };

    private static IReadOnlyList<Source> Sources(Job job) =>
    [
        .. (job.Results.Of<WebSearchResult>(Tool.WebSearch)?.Pages ?? []).Select(page => new Source
        {
            Marker = 0,
            Kind = "web",
            Title = page.Title,
            Url = page.Url,
            Text = page.Content,
            Score = page.Score,
            Weight = page.Score * Share,
            IsSemanticMatch = true,
        }),
    ];
}
