using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Navigator.Api.Access;

internal static class AccessDescription
{
    private const string Name = "key";

    /// <summary>Adds to the OpenAPI document that a key is needed, how it is sent, and which scope each operation needs.</summary>
    public static OpenApiOptions DescribeAccess(this OpenApiOptions options) => options
        .AddDocumentTransformer((document, _, _) =>
        {
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Name] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "nav_<id>_<secret>, also as X-Api-Key. Embedded mode on loopback needs no key.",
            };
            return Task.CompletedTask;
        })
        .AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<NeededScope>().LastOrDefault() is not { } needed)
                return Task.CompletedTask;
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Name, context.Document)] = [needed.Name] }];
            operation.Responses ??= [];
            operation.Responses.TryAdd("401", new OpenApiResponse { Description = "The key is missing or not valid" });
            operation.Responses.TryAdd("403", new OpenApiResponse { Description = $"The key does not have the scope '{needed.Name}'" });
            return Task.CompletedTask;
        });
}
