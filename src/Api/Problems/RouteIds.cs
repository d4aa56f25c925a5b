using Microsoft.AspNetCore.Routing.Patterns;
using Navigator.Contracts.Http;

namespace Navigator.Api.Problems;

internal static class RouteIds
{
    private const string Suffix = "Id";

    /// <summary>
    /// Checks the ids in the group's routes: {id}, which is a <paramref name="noun"/>'s, and ids with their own names such as {passageId}. An id that
    /// is not a UUID is answered with a problem before the handler's parameters are read. A route constraint would answer 404, and a parameter of
    /// type Guid would not tell which id is wrong.
    /// </summary>
    public static TBuilder HasIds<TBuilder>(this TBuilder routes, string noun) where TBuilder : IEndpointConventionBuilder
    {
        routes.Add(endpoint =>
        {
            if (endpoint is not RouteEndpointBuilder { RoutePattern.Parameters: { Count: > 0 } parameters, RequestDelegate: { } handle })
                return;
            endpoint.RequestDelegate = context => parameters.FirstOrDefault(parameter => IsMalformed(context, parameter)) is { } malformed
                ? Problem.Of(ProblemCode.MalformedId, $"The {NounOf(malformed, noun)}'s id is not a UUID.").ExecuteAsync(context)
                : handle(context);
        });
        return routes;
    }

    private static bool IsMalformed(HttpContext context, RoutePatternParameterPart parameter) =>
        !Guid.TryParse(context.Request.RouteValues[parameter.Name] as string, out _);

    private static string NounOf(RoutePatternParameterPart parameter, string noun) =>
        parameter.Name.EndsWith(Suffix, StringComparison.Ordinal) ? parameter.Name[..^Suffix.Length] : noun;
}
