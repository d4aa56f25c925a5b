using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Navigator.Api.Access;

internal static class AccessDescription
{
    private const string Name = "key";

    /// <summary>In the OpenAPI document: that a key is needed, where it goes, and which scope each operation needs.</summary>
    public static OpenApiOptions DescribeAccess(this OpenApiOptions options) => options
        .AddDocumentTransformer((document, _, _) =>
        {
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Name] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "nav_<id>_<secret>, also as X-Api-Key. Embedded on loopback, none is needed.",
            };
            return Task.CompletedTask;
        })
        .AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<NeededScope>().LastOrDefault() is not { } needed)
                return Task.CompletedTask;
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Name, context.Document)] = [needed.Name] }];
            operation.Responses ??= [];
            operation.Responses.TryAdd("401", new OpenApiResponse { Description = "No key, or one that is not valid" });
            operation.Responses.TryAdd("403", new OpenApiResponse { Description = $"The key has not the scope '{needed.Name}'" });
            return Task.CompletedTask;
        });
}
