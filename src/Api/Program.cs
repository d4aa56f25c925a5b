using Navigator.Api;
using Navigator.Api.Access;
using Navigator.Api.Chat;
using Navigator.Api.Documents;
using Navigator.Api.Hosting;
using Navigator.Api.Limits;
using Navigator.Api.Problems;
using Navigator.Api.Replay;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Telemetry;
using Navigator.Storage.Tenants;
using Navigator.Workers;

return await Startup.Run(() => ApiProcess.Build(args, Pipeline.AddWorkers).RunNavigator());

namespace Navigator.Api
{
    /// <summary>The API's process.</summary>
    public static class ApiProcess
    {
        /// <param name="addWorkers">Adds the system's tools, which are the same in every process.</param>
        /// <exception cref="Navigator.Runtime.StartupException">A setting is missing, unknown or out of range, or two tools cannot be told
        /// apart.</exception>
        public static WebApplication Build(string[] args, Action<WorkerSetup> addWorkers)
        {
            var builder = NavigatorHost.CreateBuilder(args, urls: "http://localhost:8080");
            // In embedded mode this process contains the workers. In distributed mode it only accepts questions and reports on them.
            var mode = builder.AddNavigator(consumes: mode => mode.IsEmbedded, addWorkers);
            builder.AddHttp();
            builder.Services.AddSecurity().AddAccess(mode, builder.Configuration).AddProblems().AddChat().AddDocuments(mode)
                .AddReplays().AddLimits();

            var app = builder.BuildNavigator();
            app.UseRequestLog();
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
            return app;
        }
    }
}
