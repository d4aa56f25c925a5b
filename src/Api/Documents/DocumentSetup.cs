using Navigator.Runtime.Settings;

namespace Navigator.Api.Documents;

internal static class DocumentSetup
{
    public static IServiceCollection AddDocuments(this IServiceCollection services, NavigatorMode mode) =>
        mode.IsEmbedded
            ? services.AddSingleton<ThrottledDocuments>().AddHostedService<SampleDocuments>()
            : services.AddSingleton<ThrottledDocuments>();
}
