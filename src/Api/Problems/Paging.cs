using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Navigator.Contracts.Http;

namespace Navigator.Api.Problems;

/// <summary>Lists are newest first. A cursor is the id of the last entry of the previous page.</summary>
internal static class Paging
{
    public static bool TryParse(string? cursor, string? limit, out Guid? before, out int size)
    {
        before = Guid.TryParse(cursor, out var id) ? id : null;
        size = 20;
        return (cursor is null || before is not null)
            && (limit is null || (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= 100));
    }

    public static ProblemHttpResult Invalid() =>
        Problem.Of(ProblemCode.InvalidPaging, "cursor must be the next_cursor of the previous page, and limit a number from 1 to 100.");
}
