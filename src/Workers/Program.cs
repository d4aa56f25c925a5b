using MassTransit;
using Navigator.Runtime;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Telemetry;
using Navigator.Workers.Answer;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Intake;
using Navigator.Workers.Tools;
using Navigator.Workers.Tools.WebSearch;
using Navigator.Workers.Webhooks;

return await Startup.Run(() => WorkerProcess.Build(args, Pipeline.AddTools).RunNavigator());

namespace Navigator.Workers
{
    /// <summary>A worker process.</summary>
    public static class WorkerProcess
    {
        /// <param name="addTools">The tools of the system: the same in each of its processes.</param>
        /// <exception cref="StartupException">A setting is missing, unknown or out of range, or two tools cannot be told apart.</exception>
        public static WebApplication Build(string[] args, Action<ToolSetup> addTools)
        {
            var builder = NavigatorHost.CreateBuilder(args, urls: "http://127.0.0.1:0"); // for health checks; any free port
            var mode = builder.AddNavigator(consumes: _ => true, addTools);
            if (mode.IsEmbedded)
                throw new StartupException("workers need ConnectionStrings__RabbitMq and ConnectionStrings__Postgres. Without them, run src/Api "
                    + "alone: it holds the workers too.");

            var app = builder.Build();
            app.MapHealth();
            app.MapMetrics();
            return app;
        }
    }

    /// <summary>The flow of the data: what a question, and a document, goes through.</summary>
    public static class Pipeline
    {
        /// <summary>What a plan can call on, in the order that it is called on. A tool is added by one line here.</summary>
        public static void AddTools(ToolSetup tools)
        {
            tools.AddDocuments();    // question → vector → passages
            tools.AddWebSearch();    // question → web pages
        }

        public static void AddConsumers(IBusRegistrationConfigurator bus, ToolSetup tools)
        {
            bus.AddConsumer<AnswerQuestionConsumer, AnswerQuestionConsumerDefinition>();    // translate, screen, plan
            tools.AddConsumers(bus);                                                        // what each tool finds
            bus.AddConsumer<ComposeAnswerConsumer, ComposeAnswerConsumerDefinition>();      // all of it → answer
            bus.AddConsumer<DeliverWebhookConsumer, DeliverWebhookConsumerDefinition>();    // the end → the caller's server

            bus.AddConsumer<IngestDocumentConsumer, IngestDocumentConsumerDefinition>();    // document → passages
            bus.AddConsumer<EmbedPassagesConsumer, EmbedPassagesConsumerDefinition>();      // passages → vectors
        }
    }
}
