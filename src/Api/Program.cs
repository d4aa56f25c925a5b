using Navigator.Api.Access;
using Navigator.Api.Chat;
using Navigator.Api.Documents;
using Navigator.Api.Hosting;
using Navigator.Api.Limits;
using Navigator.Api.Problems;
using Navigator.Api.Replay;
using Navigator.Storage.Tenants;
using Navigator.Workers;
using Navigator.Workers.Hosting;

return await Startup.Run(async () =>
{
    var builder = NavigatorHost.CreateBuilder(args, urls: "http://localhost:8080");
    // Embedded, this process holds the workers too; distributed, it only accepts and reports.
    var mode = builder.AddNavigator(mode => mode.IsEmbedded ? Pipeline.AddConsumers : null);
    builder.AddHttp();
    builder.Services.AddSecurity().AddAccess(mode, builder.Configuration).AddProblems().AddChat().AddDocuments(mode)
        .AddReplays().AddLimits();

    var app = builder.Build();
    app.UseSecurity();
    app.UseDrain();
    app.UseProblems();
    app.UsePage();
    app.UseAccess();
    app.MapChatJobs();
    app.MapWebhooks();
    app.MapConversations();
    app.MapDocuments();
    app.MapReplays();
    app.MapLimits();
    app.MapHealth();
    app.MapMetrics().Needs(Scope.Operate);
    app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
    app.SayHello(mode);
    await app.RunNavigator();
});
