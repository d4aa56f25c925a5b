namespace Navigator.Faults.Tests;

/// <summary>What must be true of any history, whatever broke while it was written. Reads the callers' history and the ledger.</summary>
internal static class Checker
{
    /// <param name="callsPerCase">How often the answer model was asked about each question.</param>
    /// <param name="maxCalls">How often it may be asked about one, lost workers and replays counted.</param>
    /// <param name="slack">Beyond any limit.</param>
    /// <returns>One line per violation.</returns>
    public static IReadOnlyList<string> Check(
        History history, IReadOnlyList<LedgerRow> ledger, IReadOnlyDictionary<string, int> callsPerCase, int maxCalls, TimeSpan slack)
    {
        var rows = ledger.ToDictionary(row => row.Id);
        return
        [
            .. EachEndsInTime(history, rows, slack),
            .. AnEndReadNeverChanges(history, rows),
            .. EachIsDurableAndOne(history, rows),
            .. NoCallHangs(history, slack),
            .. callsPerCase.Where(calls => calls.Value > maxCalls)
            .Select(calls => $"I5: {calls.Value} model calls for {calls.Key}, {maxCalls} are possible"),
        ];
    }

    private static IEnumerable<string> EachEndsInTime(History history, Dictionary<Guid, LedgerRow> rows, TimeSpan slack)
    {
        foreach (var row in rows.Values)
        {
            if (row.Finished is not { } finished)
                yield return $"I1: {row.Id} is still {row.Status}";
            else if (finished > Due(row.Deadline, history, slack) + slack)
                yield return $"I1: {row.Id} {row.Status} {(finished - row.Deadline).TotalSeconds:0.0} s after its deadline";
        }
        var seen = history.Readings.Where(reading => IsEnd(reading.Status)).Select(reading => reading.Job).ToHashSet();
        foreach (var job in history.Jobs.Where(job => !seen.Contains(job)))
            yield return $"I1: nobody saw an end of {job}";
    }

    /// <summary>The deadline, or the end of the outage that it fell into.</summary>
    private static DateTimeOffset Due(DateTimeOffset deadline, History history, TimeSpan slack) =>
        history.Outages.OrderBy(outage => outage.From)
            .Aggregate(deadline, (due, outage) => due + slack >= outage.From && due < outage.To ? outage.To : due);

    private static IEnumerable<string> AnEndReadNeverChanges(History history, Dictionary<Guid, LedgerRow> rows)
    {
        foreach (var readings in history.Readings.GroupBy(reading => reading.Job))
        {
            Reading? end = null;
            foreach (var reading in readings.OrderBy(reading => reading.At))
            {
                if (end is not null && reading with { At = end.At } != end && !(end.Status is "failed" or "expired" && rows[reading.Job].Replayed))
                    yield return $"I2: {reading.Job} was {end.Status} {end.Tag} and then {reading.Status} {reading.Tag}";
                if (IsEnd(reading.Status))
                    end = reading;
            }
            if (end is not null && rows.TryGetValue(readings.Key, out var row) && !row.Replayed && (row.Status, row.Tag) != (end.Status, end.Tag))
                yield return $"I2: {row.Id} was read as {end.Status} {end.Tag} and is {row.Status} {row.Tag}";
        }
    }

    private static IEnumerable<string> EachIsDurableAndOne(History history, Dictionary<Guid, LedgerRow> rows)
    {
        foreach (var job in history.Jobs.Where(job => !rows.ContainsKey(job)))
            yield return $"I3: {job} was accepted and is not in the ledger";
        foreach (var key in history.Accepted.GroupBy(accepted => accepted.Key)
            .Where(key => key.Select(accepted => accepted.Job).Distinct().Count() > 1))
            yield return $"I3: key {key.Key} was given {key.Select(accepted => accepted.Job).Distinct().Count()} jobs";
        foreach (var key in rows.Values.Where(row => row.Key is not null).GroupBy(row => row.Key).Where(key => key.Count() > 1))
            yield return $"I3: key {key.Key} has {key.Count()} rows";
    }

    private static IEnumerable<string> NoCallHangs(History history, TimeSpan slack) =>
        history.Calls.Where(call => call.Took > call.Limit + slack)
            .Select(call => $"I4: {call.Method} {call.Path} took {call.Took.TotalSeconds:0.0} s, {call.Limit.TotalSeconds} s are allowed "
                + $"({call.Outcome})");

    private static bool IsEnd(string status) => status is not ("queued" or "running");
}
