using Navigator.Runtime.Upstreams;
using Navigator.Storage.Ledger;

namespace Navigator.Workers.Answer;

/// <summary>Writes an answer from the given sources only.</summary>
internal interface IAnswerer
{
    /// <param name="language">BCP 47 tag of the answer's language.</param>
    /// <param name="evidence">The sources, and how likely they answer the question.</param>
    /// <param name="within">Longest time for the answer.</param>
    /// <exception cref="UpstreamException">The model failed.</exception>
    Task<JobAnswer> Answer(string question, string language, Evidence evidence, TimeSpan within, CancellationToken token);
}
