using Navigator.Runtime.Webhooks;

namespace Navigator.Workers.Webhooks;

internal static class WebhookSetup
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<WebhookSender>();
    }
}
