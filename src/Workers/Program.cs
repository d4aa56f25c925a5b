using MassTransit;
using Navigator.Workers;
using Navigator.Workers.Answer;
using Navigator.Workers.Hosting;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Intake;
using Navigator.Workers.Limits;
using Navigator.Workers.Tools;
using Navigator.Workers.Tools.Retrieval;
using Navigator.Workers.Tools.WebSearch;
using Navigator.Workers.Webhooks;

return await Startup.Run(() => WorkerProcess.Build(args, Pipeline.AddTools).RunNavigator());

namespace Navigator.Workers
{
    /// <summary>A worker process.</summary>
    public static class WorkerProcess
    {
        /// <param name="addTools">Adds the system's tools, which are the same in every process.</param>
        /// <exception cref="StartupException">A setting is missing, unknown or out of range, or two tools cannot be told apart.</exception>
        public static WebApplication Build(string[] args, Action<ToolSetup> addTools)
        {
            var builder = NavigatorHost.CreateBuilder(args, urls: "http://127.0.0.1:0"); // for health checks; any free port
            var mode = builder.AddNavigator(consumes: _ => true, addTools);
            if (mode.IsEmbedded)
                throw new StartupException("workers need ConnectionStrings__RabbitMq and ConnectionStrings__Postgres. Without them, start src/Api "
                    + "alone, which contains the workers.");

            var app = builder.Build();
            app.MapHealth();
            app.MapMetrics();
            return app;
        }
    }

    /// <summary>The data flow of a question and of a document.</summary>
    public static class Pipeline
    {
        /// <summary>The tools, in their order in a plan. A new tool needs one line here.</summary>
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
