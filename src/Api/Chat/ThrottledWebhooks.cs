using System.Security.Claims;
using Navigator.Api.Access;
using Navigator.Api.Hosting;
using Navigator.Storage.Webhooks;

namespace Navigator.Api.Chat;

/// <summary>Webhooks of the caller's tenant. Each statement runs within the <see cref="DatabaseThrottle"/>.</summary>
internal sealed class ThrottledWebhooks(IWebhooks webhooks, DatabaseThrottle throttle)
{
    /// <inheritdoc cref="IWebhooks.CanSign"/>
    public Task<bool> CanSign(ClaimsPrincipal caller, CancellationToken token) =>
        throttle.Run(() => webhooks.CanSign(caller.Tenant(), token), token);

    /// <inheritdoc cref="IWebhooks.Find"/>
    public Task<WebhookRecord?> Find(ClaimsPrincipal caller, Guid job, CancellationToken token) =>
        throttle.Run(() => webhooks.Find(caller.Tenant(), job, token), token);

    /// <inheritdoc cref="IWebhooks.Again"/>
    public Task<WebhookRecord?> Again(ClaimsPrincipal caller, Guid job, CancellationToken token) =>
        throttle.Run(() => webhooks.Again(caller.Tenant(), job, token), token);
}
