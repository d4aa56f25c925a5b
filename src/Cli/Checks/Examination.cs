using System.Globalization;

namespace Navigator.Cli.Checks;

/// <summary>Checks of one part of the system. If the part cannot be reached, the only finding says so.</summary>
internal sealed record Check(string Part, Func<CancellationToken, Task<IReadOnlyList<Finding>>> Run);

/// <summary>Runs all checks at once. Each has a time limit, so that a part that hangs is a finding and delays no other.</summary>
internal static class Examination
{
    /// <summary>Not a setting: each call inside a check waits ten seconds at most; a check of several calls gets this long.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For one connection attempt, statement or request. Operators run doctor when a machine is overloaded, and servers then answer late.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<Diagnosis> Run(IEnumerable<Check> checks, CancellationToken token)
    {
        var findings = (await Task.WhenAll(checks.Select(check => InTime(check, token)))).SelectMany(found => found).ToList();
        return new Diagnosis(findings.TrueForAll(finding => finding.Outcome != Outcome.Fail), findings);
    }

    private static async Task<IReadOnlyList<Finding>> InTime(Check check, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(Limit);
        try
        {
            // On a thread of its own, because some checks read files. A call that ignores its cancellation is left behind.
            return await Task.Run(() => check.Run(limit.Token), limit.Token).WaitAsync(Limit, token);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException && !token.IsCancellationRequested)
        {
            return [Finding.Fail(check.Part, string.Create(CultureInfo.InvariantCulture, $"did not answer within {Limit.TotalSeconds} s"),
                "Look whether it is frozen or overloaded, and whether a firewall drops its packets.")];
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return [Finding.Fail(check.Part, $"cannot be checked: {OneLine(error.Message)}", "Correct the setting that the message names.")];
        }
    }

    /// <summary>The message of the innermost cause, in one line.</summary>
    public static string Reason(Exception error) => OneLine(error.GetBaseException().Message);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
