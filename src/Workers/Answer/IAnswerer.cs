using Navigator.Runtime.Tools;
using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Answer;

/// <summary>Writes an answer from sources, and from nothing else.</summary>
internal interface IAnswerer
{
    /// <param name="language">BCP 47 tag of the language to answer in.</param>
    /// <param name="sources">Numbered from 1, best first; may be empty.</param>
    /// <param name="within">Longest time that it may take.</param>
    /// <exception cref="UpstreamException">The model did not help.</exception>
    Task<JobAnswer> Answer(string question, string language, IReadOnlyList<Source> sources, TimeSpan within, CancellationToken token);
}
