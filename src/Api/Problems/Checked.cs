using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Navigator.Api.Problems;

/// <summary>Either the value read from a request, or the problem with it.</summary>
internal sealed class Checked<T> where T : class
{
    private readonly T? value;
    private readonly ProblemHttpResult? problem;

    private Checked(T? value, ProblemHttpResult? problem) => (this.value, this.problem) = (value, problem);

    public static implicit operator Checked<T>(T value) => new(value, null);

    public static implicit operator Checked<T>(ProblemHttpResult problem) => new(null, problem);

    /// <summary>True for a value, false for a problem.</summary>
    public bool IsValid([NotNullWhen(true)] out T? valid, [NotNullWhen(false)] out ProblemHttpResult? refusal)
    {
        (valid, refusal) = (value, problem);
        return value is not null;
    }
}
