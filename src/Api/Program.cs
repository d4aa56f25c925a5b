using Navigator.Api.Chat;
using Navigator.Api.Documents;
using Navigator.Api.Hosting;
using Navigator.Api.Limits;
using Navigator.Api.Problems;
using Navigator.Api.Replay;
using Navigator.Workers;
using Navigator.Workers.Hosting;

return await Startup.Run(async () =>
{
    var builder = NavigatorHost.CreateBuilder(args, urls: "http://localhost:8080");
    // Embedded, this process holds the workers too; distributed, it only accepts and reports.
    var mode = builder.AddNavigator(mode => mode.IsEmbedded ? Pipeline.AddConsumers : null);
    builder.AddHttp();
    builder.Services.AddSecurity().AddProblems().AddChat().AddDocuments(mode);

    var app = builder.Build();
    app.UseSecurity();
    app.UseDrain();
    app.UseProblems();
    app.UsePage();
    app.MapChatJobs();
    app.MapConversations();
    app.MapDocuments();
    app.MapReplays();
    app.MapLimits();
    app.MapHealth();
    app.MapOpenApi("/openapi/{documentName}.json");
    app.SayHello(mode);
    await app.RunNavigator();
});
